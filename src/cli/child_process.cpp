#include "cli/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/error.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

constexpr int kCannotBeRun = 127;
constexpr const char* kThisProgram = "/proc/self/exe";  // also if its file was replaced meanwhile

/// In the new process, where nothing but system calls may be made. A group of its own: Ctrl-C comes
/// to its parent alone, and from there once. Whatever ends the parent, it doesn't train on unseen.
[[noreturn]] void become(char** argv, const char* output) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int file = ::open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::execv(kThisProgram, argv);
  ::_exit(kCannotBeRun);
}

int wait_for_child(pid_t child, const std::function<bool()>& should_stop) {
  bool is_told = false;
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    if (ended < 0 && errno != EINTR) fail("waiting for a run: {}", std::strerror(errno));
    if (!is_told && should_stop()) {
      ::kill(child, SIGTERM);
      is_told = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace

int run_child(const std::vector<std::string>& arguments, const fs::path& output,
              const std::function<bool()>& should_stop) {
  std::vector<std::string> words = {"retinanet"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string output_name = output.string();
  const pid_t child = ::fork();
  if (child == 0) become(argv.data(), output_name.c_str());
  if (child < 0) fail("{}: can't be run again: {}", kThisProgram, std::strerror(errno));
  const int code = wait_for_child(child, should_stop);
  if (code == kCannotBeRun) fail("{}: can't be run again", kThisProgram);
  return code;
}

}  // namespace rn
