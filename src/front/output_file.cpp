#include "front/output_file.h"

#include <filesystem>
#include <system_error>

#include "core/error.h"
#include "core/files.h"
#include "core/run_files.h"

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
  const auto folder = std::filesystem::path(path).parent_path();
  if (std::filesystem::exists(path) && std::filesystem::exists(folder / kCheckpointName)) {
    fail("{} {}: is a file of the training run in {}; name another one", option, path,
         folder.empty() ? "." : folder.string());
  }
  check_can_write(path);
}

}  // namespace rn
