#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rn::testing {

// Zip archives whose entries are stored as they are, made and read by little code of our own: it
// makes also those that libzip wouldn't.

struct ZipEntry {
  std::string name;
  std::string content;
};

/// @return the entries that are stored and whole, nothing if the bytes don't begin as an archive
std::vector<ZipEntry> zip_entries(std::string_view bytes);

std::string zip_of(const std::vector<ZipEntry>& entries);

/// The same archive, but every entry's content is where the entry number `shared` has its own.
std::string with_shared_content(std::string zip, size_t shared);

}  // namespace rn::testing
