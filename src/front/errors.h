#pragma once

#include <functional>
#include <string>

namespace rn {

/// Tells, on stderr, what the user can mend. @return kExitUserError
int report_user_error(const std::string& text);

/// Tells, on stderr, what only we can mend. @return kExitInternal
int report_bug(const std::string& text);

/// Runs `body` and tells what leaves it as an exception. What knows what takes its memory says it
/// itself.
/// @return what body returns, or the exit code of the exception
int told(const std::function<int()>& body);

}  // namespace rn
