#include "fuzz/zip_mutator.h"

#include <random>
#include <vector>

#include "model/stored_zip.h"

namespace rn::testing {

std::optional<std::string> mutate_zip(std::string_view bytes, size_t max_size, unsigned seed,
                                      Mutate mutate) {
  std::minstd_rand random(seed);
  std::vector<ZipEntry> entries = zip_entries(bytes);
  if (entries.empty() || random() % 8 == 0) return std::nullopt;
  // The pickle is the first entry as a rule, and what the reader makes the most of.
  const size_t chosen = random() % 4 != 0 ? 0 : random() % entries.size();
  std::string content;
  std::swap(content, entries[chosen].content);
  const size_t size = content.size(), others = zip_of(entries).size();
  if (others + size >= max_size) return std::nullopt;
  content.resize(max_size - others);
  content.resize(mutate(reinterpret_cast<uint8_t*>(content.data()), size, content.size()));
  entries[chosen].content = std::move(content);
  return zip_of(entries);
}

}  // namespace rn::testing
