#include "parity/python.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "core/error.h"

namespace rn::parity {
namespace fs = std::filesystem;
namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + "'";
}

}  // namespace

std::string python_with(const std::string& modules) {
  const std::string made = quoted(fmt::format("{}/build/peers/test/bin/python", RN_SOURCE_DIR));
  for (const std::string& python :
       {made, std::string("python3"), std::string("/usr/bin/python3")}) {
    const std::string command = fmt::format("{} -c 'import {}' >/dev/null 2>&1", python, modules);
    if (std::system(command.c_str()) == 0) return python;
  }
  return {};
}

std::string run_python(const std::string& python, const std::vector<std::string>& arguments) {
  std::string command = python + " -B -W ignore";
  for (const std::string& argument : arguments) command += " " + quoted(argument);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((command + " 2>&1").c_str(), "r"),
                                                   [](FILE*) { return 0; });
  RN_CHECK(pipe != nullptr, "{}", command);
  std::string output;
  std::array<char, 4096> part{};
  for (size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe.get())) > 0;) {
    output.append(part.data(), n);
  }
  const int status = ::pclose(pipe.get());
  if (status != 0) fail("{}\nended with {}:\n{}", command, WEXITSTATUS(status), output);
  return output;
}

fs::path own_folder(const std::string& name) {
  fs::path folder = fs::temp_directory_path() / fmt::format("rn_parity_{}_{}", ::getpid(), name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

}  // namespace rn::parity
