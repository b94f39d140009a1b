#include "coco/list_reader.h"

#include <string.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "coco/json_text.h"
#include "coco/record_scanner.h"
#include "core/allocation.h"
#include "core/parallel.h"

namespace rn {
namespace {

static_assert(Window::kPadding >= TextScanner::kReadableBeyondEnd);

/// Read beyond a stretch for the record that it cuts: this part of a stretch, 4 KiB as a rule.
constexpr int64_t kBeyondPart = 64;
/// The first record's first key ends within so many bytes, or no record's beginning is guessed.
constexpr int64_t kFirstKeyWithin = 1 << 12;
/// Read before a stretch, to see the end of the record before.
constexpr int64_t kBefore = 64;
/// Stretches that a thread may be ahead of the one that is waited for.
constexpr int64_t kAheadPerWorker = 8;

/// Reads the record at `position` and moves behind it.
template <class Record>
bool read_record(Window& window, int64_t& position, std::vector<Record>& records) {
  while (true) {
    TextScanner scanner(window.at(position), window.end());
    if (scan_record(scanner, records.emplace_back())) {
      position = window.position_of(scanner.at());
      return true;
    }
    records.pop_back();
    if (scanner.at() != window.end() || !window.extend()) return false;
  }
}

/// Reads the records that begin in [begin, limit).
template <class Record>
StretchEnd read_records(Window& window, int64_t begin, int64_t limit,
                        std::vector<Record>& records) {
  int64_t position = begin;
  while (position < limit) {
    if (!window.holds(position)) window.load(position);
    if (!read_record(window, position, records)) return {StretchEnd::kUnreadable, begin, position};
    position = window.skip_space(position);
    const char after = *window.at(position);
    if (after == ']') return {StretchEnd::kClosed, begin, position + 1};
    if (after != ',') return {StretchEnd::kUnreadable, begin, position};
    position = window.skip_space(position + 1);
  }
  return {StretchEnd::kMore, begin, position};
}

/// The brace at `at`, behind `}` and a comma, or nullptr.
const char* record_brace(const char* begin, const char* key) {
  const char* at = key;
  const auto back_to = [&](char c) {
    do {
      if (at == begin) return false;
      --at;
    } while (is_json_space(*at));
    return *at == c;
  };
  if (!back_to('{')) return nullptr;
  const char* brace = at;
  return back_to(',') && back_to('}') ? brace : nullptr;
}

/// Where a record seems to begin, at or after `from`; -1 if nowhere.
int64_t guess_record(const Window& window, int64_t from, std::string_view first_key) {
  for (const char* at = window.begin();; ++at) {
    at = static_cast<const char*>(
        ::memmem(at, static_cast<size_t>(window.end() - at), first_key.data(), first_key.size()));
    if (at == nullptr) return -1;
    const char* brace = record_brace(window.begin(), at);
    if (brace != nullptr && window.position_of(brace) >= from) return window.position_of(brace);
  }
}

/// The first key of the record that begins in the window, with its quotes.
std::string first_key_of(const Window& window, int64_t begin) {
  TextScanner scanner(window.at(begin), window.end());
  std::string_view key;
  if (!scanner.take('{')) return {};
  scanner.skip_space();
  if (!scanner.key(key)) return {};
  return std::string(key.data() - 1, key.size() + 2);
}

}  // namespace

template <class Record>
StretchEnd ListReader<Record>::read(int64_t begin, std::vector<Record>& records) {
  begin_ = begin;
  records_ = &records;
  end_ = {StretchEnd::kMore, begin, begin};
  const int64_t stretches = (file_->size() - begin) / step_;
  workers_ = std::min<int64_t>(threads_ > 0 ? threads_ : available_cores(), stretches);
  if (workers_ > 1) {
    Window window(*file_, step_);
    window.load(begin, kFirstKeyWithin);
    first_key_ = first_key_of(window, begin);
  }
  if (first_key_.empty()) {
    read_alone();
  } else {
    parallel_for(workers_, static_cast<int>(workers_), [this](int64_t) { read_stretches(); });
  }
  return end_;
}

template <class Record>
void ListReader<Record>::read_alone() {
  Window window(*file_, step_);
  while (end_.kind == StretchEnd::kMore) {
    window.load(end_.next, with_rest());
    end_ = read_records(window, end_.next, end_.next + step_, *records_);
    if (!window.is_utf8()) end_.kind = StretchEnd::kUnreadable;
    reserve_rest(end_.next);
  }
}

/// Estimates from the records so far how many there will be. Memory that is reserved and not
/// written to takes no place, but more than the machine has is refused, and what follows in the
/// file may be nothing but space: so the estimate counts only up to a multiple of what there is.
template <class Record>
void ListReader<Record>::reserve_rest(int64_t read_to) {
  if (records_->size() < records_->capacity() / 2 || end_.kind != StretchEnd::kMore) return;
  const double per_byte =
      static_cast<double>(records_->size()) / static_cast<double>(read_to - begin_);
  const double rest = static_cast<double>(file_->size() - read_to);
  constexpr double kReserve = 1.1;
  constexpr size_t kMostGrowth = 64;
  const size_t wanted = std::min(records_->size() + static_cast<size_t>(kReserve * per_byte * rest),
                                 kMostGrowth * records_->size());
  if (wanted <= records_->capacity()) return;
  records_->reserve(wanted);
  use_huge_pages(records_->data(), wanted * sizeof(Record));
}

/// Bytes that are read of a stretch and behind it.
template <class Record>
int64_t ListReader<Record>::with_rest() const {
  return step_ + step_ / kBeyondPart;
}

/// The work of one thread.
template <class Record>
void ListReader<Record>::read_stretches() {
  Window window(*file_, step_);
  try {
    while (true) {
      Stretch read;
      int64_t stretch = 0;
      {
        const std::lock_guard lock(mutex_);
        stretch = next_to_read_++;
        if (!spare_.empty()) {
          read.records = std::move(spare_.back());
          spare_.pop_back();
        }
      }
      if (!wait_for_turn(stretch)) return;
      read_guessed(stretch, window, read);
      hand_in(stretch, std::move(read), window);
    }
  } catch (...) {
    stop();
    throw;
  }
}

/// False if there is nothing left to do.
template <class Record>
bool ListReader<Record>::wait_for_turn(int64_t stretch) {
  std::unique_lock lock(mutex_);
  appended_.wait(
      lock, [&] { return stopped_ || stretch - next_to_append_ < kAheadPerWorker * workers_; });
  return !stopped_;
}

template <class Record>
void ListReader<Record>::read_guessed(int64_t stretch, Window& window, Stretch& out) {
  const int64_t from = begin_ + stretch * step_;
  out.end = {};
  if (from >= file_->size()) return;
  int64_t begin = from;
  if (stretch == 0) {
    window.load(from, with_rest());
  } else {
    const int64_t seen_from = std::max<int64_t>(0, from - kBefore);
    window.load(seen_from, from - seen_from + with_rest());
    begin = guess_record(window, from, first_key_);
  }
  if (begin >= 0) out.end = read_records(window, begin, limit_of(stretch), out.records);
  if (!window.is_utf8()) out.end.kind = StretchEnd::kUnreadable;
}

/// Keeps what was read until its turn, and appends all whose turn it is.
template <class Record>
void ListReader<Record>::hand_in(int64_t stretch, Stretch read, Window& window) {
  std::unique_lock lock(mutex_);
  waiting_.emplace(stretch, std::move(read));
  if (appending_) return;  // the thread that is at it goes on with this one
  appending_ = true;
  for (auto next = waiting_.find(next_to_append_); next != waiting_.end() && !stopped_;
       next = waiting_.find(next_to_append_)) {
    Stretch turn = std::move(next->second);
    waiting_.erase(next);
    lock.unlock();
    append(next_to_append_, turn, window);
    lock.lock();
    turn.records.clear();
    spare_.push_back(std::move(turn.records));
    stopped_ = stopped_ || end_.kind != StretchEnd::kMore;
    ++next_to_append_;
    appended_.notify_all();
  }
  appending_ = false;
}

template <class Record>
void ListReader<Record>::append(int64_t stretch, Stretch& read, Window& window) {
  const int64_t begin = end_.next;
  if (begin >= limit_of(stretch)) return;  // a record reaches over the whole of it
  if (read.end.begin == begin && read.end.kind != StretchEnd::kUnreadable) {
    records_->insert(records_->end(), std::make_move_iterator(read.records.begin()),
                     std::make_move_iterator(read.records.end()));
    end_ = read.end;
  } else {
    window.load(begin, with_rest());
    end_ = read_records(window, begin, limit_of(stretch), *records_);
  }
  if (!window.is_utf8()) end_.kind = StretchEnd::kUnreadable;
  reserve_rest(end_.next);
}

template <class Record>
void ListReader<Record>::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  appended_.notify_all();
}

template class ListReader<CocoImage>;
template class ListReader<CocoAnnotation>;
template class ListReader<Category>;
template class ListReader<CocoResult>;

}  // namespace rn
