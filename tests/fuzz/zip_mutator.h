#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rn::testing {

/// Changes `size` bytes in place into at most `max_size`. @return how many they are now
using Mutate = size_t (*)(uint8_t* data, size_t size, size_t max_size);

/// Changes one entry of a zip archive and writes the archive anew, with the lengths, places and
/// checksums that fit it: almost no other change of an archive gets past libzip's checks.
/// @return nothing where the bytes are no archive of stored entries, where the result would be
/// larger than `max_size`, and for some seeds, so that archives that are damaged are tried, too
std::optional<std::string> mutate_zip(std::string_view bytes, size_t max_size, unsigned seed,
                                      Mutate mutate);

}  // namespace rn::testing
