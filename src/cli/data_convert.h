#pragma once

#include <CLI/App.hpp>

namespace rn {

/// `retinanet data convert`: annotations of other formats to COCO's and back.
void add_convert_command(CLI::App& data, int& exit_code);

}  // namespace rn
