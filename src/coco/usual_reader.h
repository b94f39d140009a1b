#pragma once

#include <optional>
#include <vector>

#include "coco/coco_file.h"
#include "coco/window.h"
#include "core/input_file.h"

namespace rn {

/// What a shortcut came to: the content, or where it gave up.
template <class Content>
struct UsualRead {
  std::optional<Content> content;
  int64_t stopped_at = 0;  ///< bytes
  bool is_blank = false;   ///< there is nothing but space, which ends the search
};

/// Read files as programs write them, window by window and from several threads; the memory is
/// that of the records. They give up on all that is wrong or odd, and what they do read is what
/// the general readers would (general_reader.h), which are for the rest.
/// @param threads 0: one for each core; no effect on the result
/// @param step bytes that are read at once, and by one thread; no effect on the result
UsualRead<CocoFile> read_usual_coco_file(const InputFile& file, int threads,
                                         int64_t step = Window::kStep);
UsualRead<std::vector<CocoResult>> read_usual_coco_results(const InputFile& file, int threads,
                                                           int64_t step = Window::kStep);

}  // namespace rn
