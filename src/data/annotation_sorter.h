#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "coco/coco_file.h"
#include "data/dataset.h"
#include "data/fault_list.h"

namespace rn {

/// Hands the annotations of a file to their images: judges each box, clips it, counts.
class AnnotationSorter {
 public:
  /// Faults that can't be mended go to `fatal`, the others to `mended`. Boxes are not
  /// held against the size of an image that is faulty itself.
  AnnotationSorter(std::vector<LabelledImage>& images, const std::vector<Category>& categories,
                   const std::string& source, const DatasetPolicy& policy, FaultList& fatal,
                   FaultList& mended);

  void add(const CocoAnnotation& annotation);

  DatasetSummary finish();

 private:
  void place(const CocoAnnotation& annotation, LabelledImage& image, int64_t label);
  void note_clipped(const CocoAnnotation& annotation, const ImageSize& size);
  void reject(const CocoAnnotation& annotation, const std::string& fault);

  std::vector<LabelledImage>& images_;
  const std::string& source_;
  DatasetPolicy policy_;
  FaultList& fatal_;
  FaultList& mended_;
  std::unordered_map<int64_t, size_t> image_index_;
  std::unordered_map<int64_t, size_t> class_index_;
  std::unordered_set<int64_t> ids_;
  int64_t repeated_ids_ = 0;
  DatasetSummary summary_;
};

}  // namespace rn
