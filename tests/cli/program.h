#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/files.h"
#include "core/temporary_folder.h"

namespace rn {

/// What a command of the program left behind.
struct Ended {
  int exit_code = -1;
  std::string out;
  std::string err;
  bool says(const std::string& part) const { return err.find(part) != std::string::npos; }
};

inline std::ostream& operator<<(std::ostream& stream, const Ended& ended) {
  return stream << "exit " << ended.exit_code << "\n" << ended.out << ended.err;
}

/// Runs shell commands in `folder`.
inline Ended run_command(const std::filesystem::path& folder, const std::string& commands) {
  const TemporaryFolder output;
  const std::string all =
      fmt::format("cd '{}'; ({}) >'{}' 2>'{}' </dev/null", folder.string(), commands,
                  (output / "out").string(), (output / "err").string());
  const int status = std::system(all.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_file(output / "out"), read_file(output / "err")};
}

/// Runs `retinanet ARGUMENTS` in `folder`. @param before shell commands, "ulimit -f 10;"
inline Ended run_program(const std::filesystem::path& folder, const std::string& arguments,
                         const std::string& before = "") {
  return run_command(folder, fmt::format("{} '{}' {}", before, RN_PROGRAM, arguments));
}

/// Instead of EXPECT_EQ, whose message about two large files that differ takes all memory there is.
inline testing::AssertionResult same_bytes(const std::filesystem::path& found,
                                           const std::filesystem::path& expected) {
  const std::string a = read_file(found), b = read_file(expected);
  if (a == b) return testing::AssertionSuccess();
  const auto size = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
  const auto first = std::mismatch(a.begin(), a.begin() + size, b.begin()).first - a.begin();
  return testing::AssertionFailure()
         << fmt::format("{} ({} bytes) differs from {} ({} bytes) from byte {} on", found.string(),
                        a.size(), expected.string(), b.size(), first);
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace rn
