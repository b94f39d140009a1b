#include "front/errors.h"

#include <unistd.h>

#include <cstdio>
#include <new>
#include <system_error>

#include "core/error.h"
#include "front/exit_codes.h"
#include "front/version.h"
#include "report/terminal.h"

namespace rn {

int report_user_error(const std::string& text) {
  const bool colour = colour_wanted(STDERR_FILENO);
  fmt::print(stderr, "{}error:{} {}\n", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", text);
  return kExitUserError;
}

int report_bug(const std::string& text) {
  fmt::print(
      stderr,
      "internal error: {}\nThis is a bug in retinanet {}: please report it with the command and "
      "this text.\n",
      text, kVersion);
  return kExitInternal;
}

int told(const std::function<int()>& body) {
  try {
    const int exit_code = body();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      return report_user_error("standard output can't be written; is the disk full?");
    }
    return exit_code;
  } catch (const Error& e) {
    return report_user_error(e.what());
  } catch (const std::bad_alloc&) {
    return report_user_error("out of memory; end other programs, or allow this one more");
  } catch (const std::system_error& e) {  // of files, of output, of threads
    return report_user_error(e.what());
  } catch (const std::exception& e) {
    return report_bug(e.what());
  }
}

}  // namespace rn
