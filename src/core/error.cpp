#include "core/error.h"

namespace rn::detail {

void check_failed(const char* file, int line, const char* condition, const std::string& values) {
  throw InternalError(fmt::format("{}:{}: {} does not hold: {}", file, line, condition, values));
}

}  // namespace rn::detail
