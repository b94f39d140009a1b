#include "evalreport/error_names.h"

namespace rn::page {

const ErrorText& error_text(TideError error) {
  static constexpr std::array<ErrorText, kTideErrorCount> kTexts = {{
      {"Wrong class", "Wrong classes", "wrong classes", "wrong class", "wrong classes",
       "The box fits an object of another class.",
       "Look at the confused pairs: do their labels follow one rule? More examples of the rarer "
       "class, or one class for both, help."},
      {"Poor box", "Boxes that fit poorly", "boxes that fit poorly", "poor box", "poor boxes",
       "The class is right, the IoU between .1 and .5.",
       "Check how tightly objects are labelled and whether anchors match their sizes; a box loss "
       "on IoU and larger pictures help."},
      {"Class and box", "Wrong classes with poor boxes", "wrong classes with poor boxes",
       "class and box wrong", "class and box wrong",
       "Near an object of another class, with an IoU below .5.",
       "Mostly clutter: it shrinks with longer training and more varied backgrounds."},
      {"Duplicate", "Duplicates", "duplicates", "duplicate", "duplicates",
       "The object already has a better detection.",
       "Lower the IoU threshold of non-maximum suppression."},
      {"Background", "Detections on background", "detections on background", "background",
       "on background", "There is no object.",
       "See the most confident ones below: often they are objects that nobody labelled. Else add "
       "pictures without objects that look like them."},
      {"Missed", "Missed objects", "missed objects", "missed", "missed",
       "An object that no detection comes near.",
       "See AP by size: small ones need larger pictures or finer anchors; rare ones need more "
       "examples or a lower score threshold."},
  }};
  return kTexts.at(static_cast<size_t>(error));
}

}  // namespace rn::page
