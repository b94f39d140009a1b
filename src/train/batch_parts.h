#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "core/error.h"
#include "data/batch.h"

namespace rn {

/// Memory ran out in a step, which was abandoned. Its text names the batch and what to do.
class OutOfMemory : public Error {
 public:
  OutOfMemory(std::string problem, const std::string& remedy, int64_t part_size)
      : Error(problem + remedy), problem_(std::move(problem)), part_size_(part_size) {}

  /// "out of memory with 4 images of 1344x800 and 231 objects"
  const std::string& problem() const { return problem_; }
  /// Images in the parts that the step can be done again in; 0: it can't.
  int64_t part_size() const { return part_size_; }

 private:
  std::string problem_;
  int64_t part_size_;
};

/// "out of memory with 4 images of 1344x800 and 231 objects (2.0 GB more were asked for)".
/// @param error one that is_out_of_memory
std::string out_of_memory_text(const Batch& batch, const std::exception& error);

/// What to set for a batch that can't be done in parts, as ": set train.batch_size to 8 and ...".
/// @param batches in a step (train.accumulate)
/// @param can_be_bf16 whether it isn't yet
std::string out_of_memory_remedy(const Batch& batch, int64_t batches, bool can_be_bf16);

/// Images [first, first + count) of a batch, in views of its pictures, as wide and high as before.
Batch slice(const Batch& batch, int64_t first, int64_t count);

/// How much of a batch goes through the network at once: all of it, until that once has been too
/// much; since then halves, quarters and so on, down to single images.
class BatchParts {
 public:
  /// @return images in a part, from 1 to those of the batch; the last part may have fewer
  int64_t part_size(const Batch& batch) const;

  /// A part (or a whole batch) has run out of memory: parts have fewer pixels from now on.
  void was_too_large(const Batch& part);

  /// Pixels of a part that are too many, padding included; 0: none were yet.
  int64_t limit() const { return limit_; }
  void set_limit(int64_t pixels) { limit_ = pixels; }

 private:
  int64_t limit_ = 0;
};

}  // namespace rn
