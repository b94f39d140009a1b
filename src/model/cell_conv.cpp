#include "model/cell_conv.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <cstring>
#include <type_traits>
#include <vector>

#include "core/error.h"

namespace rn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kNeighbours = 9;
constexpr int64_t kRowsAtOnce = 4096;  // bounds what is gathered: 38 MB for 256 channels
constexpr int64_t kRowsOfThread = 64;  // fewer aren't worth another thread

/// Rows of `from` where the index says so, zeros where it is negative.
void gather_rows(const torch::Tensor& from, const int32_t* index, int64_t count,
                 torch::Tensor& to) {
  const auto bytes = static_cast<size_t>(from.size(1) * from.element_size());
  const auto* source = static_cast<const char*>(from.data_ptr());
  auto* target = static_cast<char*>(to.data_ptr());
  at::parallel_for(0, count, kRowsOfThread, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (index[i] < 0) {
        std::memset(target + i * bytes, 0, bytes);
      } else {
        std::memcpy(target + i * bytes, source + index[i] * bytes, bytes);
      }
    }
  });
}

/// Adds to each input's gradient what the outputs [first, first + count) pass back to it; the order
/// of the additions is fixed.
/// @param columns [count, 9, C]: gradients of what was gathered @param sums [inputs, C]
template <class T, class Sum>
void add_columns(const T* columns, int64_t first, int64_t count, const int32_t* outputs_of,
                 int64_t channels, int64_t inputs, Sum* sums) {
  at::parallel_for(0, inputs, kRowsOfThread, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Sum* sum = sums + i * channels;
      for (int64_t k = 0; k < kNeighbours; ++k) {
        const int64_t output = outputs_of[i * kNeighbours + k] - first;
        if (output < 0 || output >= count) continue;
        const T* column = columns + (output * kNeighbours + k) * channels;
        for (int64_t c = 0; c < channels; ++c) sum[c] += static_cast<Sum>(column[c]);
      }
    }
  });
}

/// One block of a convolution's outputs at a time, with what they read gathered.
class Columns {
 public:
  Columns(const torch::Tensor& inputs, const torch::Tensor& inputs_of)
      : inputs_(inputs),
        inputs_of_(inputs_of),
        buffer_(
            torch::empty({std::min(kRowsAtOnce, inputs_of.size(0)), kNeighbours * inputs.size(1)},
                         inputs.options())) {}

  /// body(first output, number of outputs, columns [number, 9 C])
  template <class Body>
  void for_each_block(const Body& body) {
    const int64_t outputs = inputs_of_.size(0);
    for (int64_t first = 0; first < outputs; first += kRowsAtOnce) {
      const int64_t count = std::min(kRowsAtOnce, outputs - first);
      gather_rows(inputs_, inputs_of_.data_ptr<int32_t>() + first * kNeighbours,
                  count * kNeighbours, buffer_);
      body(first, count, buffer_.narrow(0, 0, count));
    }
  }

 private:
  const torch::Tensor& inputs_;
  const torch::Tensor& inputs_of_;
  torch::Tensor buffer_;
};

torch::Tensor add_back(const torch::Tensor& gradient, const torch::Tensor& matrix,
                       const torch::Tensor& outputs_of) {
  const int64_t inputs = outputs_of.size(0);
  const int64_t channels = matrix.size(1) / kNeighbours;
  const bool is_double = gradient.scalar_type() == torch::kFloat64;
  auto sums = torch::zeros({inputs, channels}, is_double ? torch::kFloat64 : torch::kFloat32);
  for (int64_t first = 0; first < gradient.size(0); first += kRowsAtOnce) {
    const int64_t count = std::min(kRowsAtOnce, gradient.size(0) - first);
    const auto columns = gradient.narrow(0, first, count).mm(matrix);  // [count, 9 C]
    AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, columns.scalar_type(), "add_columns", [&] {
      using Sum = std::conditional_t<std::is_same_v<scalar_t, double>, double, float>;
      add_columns(columns.data_ptr<scalar_t>(), first, count, outputs_of.data_ptr<int32_t>(),
                  channels, inputs, sums.data_ptr<Sum>());
    });
  }
  return sums.to(gradient.scalar_type());
}

class CellConv : public torch::autograd::Function<CellConv> {
 public:
  /// @param matrix [O, 9 C]
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& inputs,
                               const torch::Tensor& matrix, const torch::Tensor& bias,
                               const torch::Tensor& inputs_of, const torch::Tensor& outputs_of) {
    const auto rows = inputs.contiguous();
    auto outputs = torch::empty({inputs_of.size(0), matrix.size(0)}, inputs.options());
    Columns(rows, inputs_of)
        .for_each_block([&](int64_t first, int64_t count, const torch::Tensor& columns) {
          auto block = outputs.narrow(0, first, count);
          torch::addmm_out(block, bias, columns, matrix.t());
        });
    context->save_for_backward({rows, matrix, inputs_of, outputs_of});
    return outputs;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    RN_CHECK(!torch::GradMode::is_enabled(), "cell_conv has no second derivative");
    const auto saved = context->get_saved_variables();
    const auto &inputs = saved[0], &matrix = saved[1], &inputs_of = saved[2];
    const auto gradient = gradients[0].contiguous();
    // Blocks are added up in float, so that a bfloat16 sum is rounded once.
    auto matrix_gradient = torch::zeros_like(
        matrix, matrix.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32);
    Columns(inputs, inputs_of)
        .for_each_block([&](int64_t first, int64_t count, const torch::Tensor& columns) {
          matrix_gradient += gradient.narrow(0, first, count).t().mm(columns);
        });
    return {add_back(gradient, matrix, saved[3]),
            matrix_gradient.to(matrix.scalar_type()),
            gradient.sum(0),
            {},
            {}};
  }
};

class TakeRows : public torch::autograd::Function<TakeRows> {
 public:
  /// @param rows [R] int32, each once
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& from,
                               const torch::Tensor& rows) {
    context->save_for_backward({rows});
    context->saved_data["size"] = from.size(0);
    auto taken = torch::empty({rows.size(0), from.size(1)}, from.options());
    gather_rows(from.contiguous(), rows.data_ptr<int32_t>(), rows.size(0), taken);
    return taken;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    RN_CHECK(!torch::GradMode::is_enabled(), "take_cells has no second derivative");
    const auto rows = context->get_saved_variables()[0];
    if (rows.size(0) == 0) return {torch::Tensor(), torch::Tensor()};
    const auto gradient = gradients[0].contiguous();
    auto result =
        torch::zeros({context->saved_data["size"].toInt(), gradient.size(1)}, gradient.options());
    const auto bytes = static_cast<size_t>(gradient.size(1) * gradient.element_size());
    const auto* index = rows.data_ptr<int32_t>();
    for (int64_t i = 0; i < rows.size(0); ++i) {
      std::memcpy(static_cast<char*>(result.data_ptr()) + index[i] * bytes,
                  static_cast<const char*>(gradient.data_ptr()) + i * bytes, bytes);
    }
    return {result, torch::Tensor()};
  }
};

}  // namespace

torch::Tensor take_cells(const torch::Tensor& map, const torch::Tensor& cells) {
  const auto rows = map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)});
  return TakeRows::apply(rows, cells.to(torch::kInt32));
}

torch::Tensor cell_conv(const torch::Tensor& inputs, const torch::Tensor& weight,
                        const torch::Tensor& bias, const ConvCells& cells) {
  RN_CHECK(inputs.size(0) == cells.inputs() && inputs.size(1) == weight.size(1) &&
               weight.size(2) == 3 && weight.size(3) == 3,
           "{} x {} inputs for {} cells, weight {} x {} x {} x {}", inputs.size(0), inputs.size(1),
           cells.inputs(), weight.size(0), weight.size(1), weight.size(2), weight.size(3));
  const auto matrix = weight.to(inputs.scalar_type())
                          .permute({0, 2, 3, 1})
                          .reshape({weight.size(0), kNeighbours * weight.size(1)});
  return CellConv::apply(inputs, matrix, bias.to(inputs.scalar_type()), cells.inputs_of,
                         cells.outputs_of);
}

}  // namespace rn
