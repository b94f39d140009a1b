#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace rn {

/// Runs this program once more, with other arguments, and waits for its end.
/// @param arguments behind the program's name
/// @param output gets what it says, behind what it holds
/// @param should_stop asked often; once this says so, the child gets SIGTERM, as which it saves and
/// ends
/// @return its exit code, or 128 + the number of the signal that ended it
/// @throws Error if it can't be started, with the reason
int run_child(const std::vector<std::string>& arguments, const std::filesystem::path& output,
              const std::function<bool()>& should_stop);

}  // namespace rn
