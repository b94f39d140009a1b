#pragma once

namespace rn {

/// Exit codes: the command line's contract.
constexpr int kExitDone = 0;
constexpr int kExitUserError = 2;      ///< the user can mend it; the message says how
constexpr int kExitInternal = 70;      ///< a bug of ours
constexpr int kExitInterrupted = 130;  ///< stopped by the user

}  // namespace rn
