#include "cli/output_file.h"

#include <filesystem>
#include <system_error>

#include "core/error.h"
#include "core/files.h"

namespace rn {

void check_output(const char* option, const std::string& path,
                  const std::vector<std::string>& inputs) {
  if (path.empty()) return;
  for (const std::string& input : inputs) {
    std::error_code ignored;
    if (!input.empty() && std::filesystem::equivalent(path, input, ignored)) {
      fail("{} {}: would replace a file that this command reads; name another one", option, path);
    }
  }
  check_can_write(path);
}

}  // namespace rn
