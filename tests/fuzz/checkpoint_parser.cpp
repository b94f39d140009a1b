#include <string>

#include "config/changes.h"
#include "config/load.h"
#include "core/error.h"
#include "fuzz/memory_file.h"
#include "fuzz/parsers.h"
#include "train/checkpoint.h"

namespace rn::testing {
namespace {

/// Where `error` says that the checksum is another, puts the right one in the wrong one's place.
bool mend_checksum(std::string_view error, std::string& bytes) {
  constexpr std::string_view kFound = "its checksum is ";
  constexpr std::string_view kExpected = ", expected ";
  const size_t found = error.find(kFound);
  const size_t expected = error.find(kExpected);
  if (found == std::string_view::npos || expected == std::string_view::npos) return false;
  const size_t begin = found + kFound.size();
  const std::string_view right = error.substr(begin, expected - begin);
  const std::string_view wrong = error.substr(expected + kExpected.size());
  const size_t place = bytes.find(wrong);
  if (wrong.size() != right.size() || place == std::string::npos) return false;
  bytes.replace(place, right.size(), right);
  return true;
}

void try_mended(std::string& bytes) {
  const auto load = [&bytes] { return load_checkpoint(MemoryFile(bytes).path()); };
  TrainingState state;
  try {
    state = load();
  } catch (const Error& error) {
    if (!mend_checksum(error.what(), bytes)) throw;
    state = load();
  }
  RN_CHECK(state.progress.iteration >= 0 && state.cpu_random.defined(), "what it promises");
  config_changes(state.config, dump_config(AppConfig{}));
}

}  // namespace

void try_checkpoint(std::string_view bytes) {
  try {
    std::string copy(bytes);
    try_mended(copy);
  } catch (const Error&) {
  }
}

}  // namespace rn::testing
