#pragma once

#include <fmt/format.h>
#include <sys/wait.h>

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

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace rn
