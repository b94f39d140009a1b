#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace rn {

/// Keeps the first faults and counts the rest.
class FaultList {
 public:
  explicit FaultList(int64_t keep) : keep_(keep) {}

  void add(std::string text) {
    if (count_++ < keep_) first_.push_back(std::move(text));
  }

  /// A line above the faults that follow; counts for none.
  void note(std::string text) {
    if (count_ < keep_) first_.push_back(std::move(text));
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all = first_;
    if (count_ > keep_) all.push_back(fmt::format("... and {} more", count_ - keep_));
    return all;
  }

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
  std::vector<std::string> first_;
};

}  // namespace rn
