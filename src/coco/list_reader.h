#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "coco/window.h"
#include "core/input_file.h"

namespace rn {

/// Where reading a stretch of a list ended.
struct StretchEnd {
  enum Kind { kMore, kClosed, kUnreadable };
  Kind kind = kUnreadable;
  int64_t begin = -1;  ///< of the first record; -1 if none was found
  int64_t next = 0;    ///< of the next record; closed: after the bracket; unreadable: what can't be
};

/// Reads a list of records from a file, one stretch of the file after the other or, with threads,
/// several at once.
///
/// A thread that starts in the middle has to guess where a record begins, and every guess is
/// checked: the records of stretch i count only if they begin where those of stretch i - 1 ended.
/// Where they don't, the stretch is read again from there. So a bad guess costs time, nothing else.
template <class Record>
class ListReader {
 public:
  /// @param threads 0: one for each core
  /// @param step bytes of a stretch
  ListReader(const InputFile& file, int threads, int64_t step)
      : file_(&file), threads_(threads), step_(step) {}

  /// @param begin the first record's brace
  /// @param records gets the records, in the file's order, whichever thread read them
  StretchEnd read(int64_t begin, std::vector<Record>& records);

 private:
  /// What was read before its turn.
  struct Stretch {
    std::vector<Record> records;
    StretchEnd end;
  };

  void read_alone();
  void read_stretches();
  bool wait_for_turn(int64_t stretch);
  void read_guessed(int64_t stretch, Window& window, Stretch& out);
  void hand_in(int64_t stretch, Stretch read, Window& window);
  void append(int64_t stretch, Stretch& read, Window& window);
  void stop();
  void reserve_rest(int64_t read_to);
  int64_t limit_of(int64_t stretch) const { return begin_ + (stretch + 1) * step_; }
  int64_t with_rest() const;

  const InputFile* file_;
  int threads_;
  int64_t step_;
  int64_t workers_ = 1;
  int64_t begin_ = 0;
  std::string first_key_;  ///< of the first record, with its quotes
  std::vector<Record>* records_ = nullptr;
  StretchEnd end_;  ///< of the last stretch that was appended

  std::mutex mutex_;
  std::condition_variable appended_;
  std::map<int64_t, Stretch> waiting_;  ///< by stretch
  std::vector<std::vector<Record>> spare_;
  int64_t next_to_read_ = 0;
  int64_t next_to_append_ = 0;
  bool appending_ = false;
  bool stopped_ = false;
};

extern template class ListReader<CocoImage>;
extern template class ListReader<CocoAnnotation>;
extern template class ListReader<Category>;
extern template class ListReader<CocoResult>;

}  // namespace rn
