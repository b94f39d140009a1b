#pragma once

#include <string>

#include "core/error.h"

namespace rn {

/// The text of the Error that `body` throws, or "(nothing was thrown)".
template <class Body>
std::string error_text(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

}  // namespace rn
