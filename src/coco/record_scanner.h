#pragma once

#include "coco/coco_file.h"
#include "coco/text_scanner.h"

namespace rn {

/// Each reads one record, from its brace to the byte after it. Returns false as TextScanner's
/// functions do: also for a record without what the general reader demands.
bool scan_record(TextScanner& scanner, CocoImage& image);
bool scan_record(TextScanner& scanner, CocoAnnotation& annotation);
bool scan_record(TextScanner& scanner, Category& category);
bool scan_record(TextScanner& scanner, CocoResult& result);

}  // namespace rn
