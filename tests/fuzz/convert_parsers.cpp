#include <string>

#include "convert/csv_rows.h"
#include "convert/plain_text.h"
#include "convert/voc.h"
#include "convert/yolo.h"
#include "core/error.h"
#include "fuzz/parsers.h"

namespace rn::testing {

void try_voc(std::string_view bytes) {
  try {
    const VocPicture picture = parse_voc(bytes, "input");
    RN_CHECK(picture.size.width >= 0 && picture.size.height >= 0, "{}", picture.size.width);
    RN_CHECK(picture.objects.size() <= bytes.size() / std::string_view("<object/>").size(), "{}",
             picture.objects.size());
    for (const VocObject& object : picture.objects) {
      RN_CHECK(!object.name.empty() && trimmed(object.name) == object.name, "{}", object.name);
    }
  } catch (const Error&) {
  }
}

void try_csv(std::string_view bytes) {
  try {
    const std::vector<CsvRow> rows = parse_csv_rows(bytes, "input");
    std::string written;
    for (const CsvRow& row : rows) written += csv_line(row.fields);
    const std::vector<CsvRow> again = parse_csv_rows(written, "written");
    size_t met = 0;
    for (const CsvRow& row : rows) {
      // A field alone that is empty makes a line without anything, which is no row.
      if (row.fields == std::vector<std::string>{""}) continue;
      RN_CHECK(met < again.size() && again[met].fields == row.fields, "row {}", met);
      ++met;
    }
    RN_CHECK(met == again.size(), "{} rows, {}", met, again.size());
  } catch (const Error&) {
  }
}

void try_yolo(std::string_view bytes) {
  constexpr int64_t kClasses = 80;
  try {
    for (const YoloObject& object : parse_yolo(bytes, "input", kClasses)) {
      RN_CHECK(object.class_index >= 0 && object.class_index < kClasses, "{}", object.class_index);
    }
  } catch (const Error&) {
  }
}

}  // namespace rn::testing
