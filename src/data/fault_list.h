#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace rn {

/// Something wrong with a data set.
struct Fault {
  std::string_view kind;  ///< as a heading over several: "missing pictures"; has static storage
  std::string text;       ///< names file and ids
};

/// Keeps the first faults and counts the rest.
class FaultList {
 public:
  explicit FaultList(int64_t keep) : keep_(keep) {}

  void add(std::string_view kind, std::string text) {
    if (count_++ < keep_) first_.push_back({kind, std::move(text)});
  }

  /// A line above the faults that follow; counts for none.
  void note(std::string text) {
    if (count_ < keep_) first_.push_back({{}, std::move(text)});
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const Fault& fault : first_) all.push_back(fault.text);
    if (count_ > keep_) all.push_back(fmt::format("... and {} more", count_ - keep_));
    return all;
  }

  /// Those that were kept; a note has no kind.
  const std::vector<Fault>& faults() const { return first_; }

  /// @throws Error with every text kept, if there is any
  void throw_if_any() const {
    if (count_ == 0) return;
    std::string text;
    for (const std::string& line : texts()) text += (text.empty() ? "" : "\n") + line;
    throw Error(text);
  }

 private:
  int64_t keep_;
  int64_t count_ = 0;
  std::vector<Fault> first_;
};

}  // namespace rn
