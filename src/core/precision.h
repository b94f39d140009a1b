#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "core/field.h"

namespace rn {

/// What convolutions compute in. Parameters, boxes, losses and NMS are float32 in every case.
enum class Precision { kFp32, kBf16, kFp16 };

constexpr auto enum_names(Precision) {
  using Entry = std::pair<Precision, std::string_view>;
  return std::array{Entry{Precision::kFp32, "fp32"}, Entry{Precision::kBf16, "bf16"},
                    Entry{Precision::kFp16, "fp16"}};
}

}  // namespace rn
