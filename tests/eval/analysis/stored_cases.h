#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "coco/coco_file.h"

namespace rn {

/// An evaluation case with the answers of other implementations.
struct StoredCase {
  std::filesystem::path folder;
  nlohmann::json expected;
  CocoFile ground_truth() const { return read_coco_file(folder / "gt.json"); }
  std::vector<CocoResult> detections() const {
    // A list without detections is refused where it is read; it has answers all the same.
    if (expected.contains("note")) return {};
    return read_coco_results(folder / "dt.json");
  }
};

/// The cases that have an answer under `key`, by name; none where they aren't at hand.
inline std::vector<StoredCase> stored_cases(const char* key) {
  const auto root = std::filesystem::path(RN_SOURCE_DIR) / ".." / "shared" / "eval-cases";
  std::vector<StoredCase> cases;
  for (const char* size : {"small", "medium"}) {
    if (!std::filesystem::is_directory(root / size)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(root / size)) {
      std::ifstream in(entry.path() / "expected.json");
      StoredCase made{entry.path(), nlohmann::json::parse(in)};
      if (made.expected.contains(key)) cases.push_back(std::move(made));
    }
  }
  std::sort(cases.begin(), cases.end(),
            [](const StoredCase& a, const StoredCase& b) { return a.folder < b.folder; });
  return cases;
}

}  // namespace rn
