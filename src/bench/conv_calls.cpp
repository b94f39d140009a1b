#include "bench/conv_calls.h"

#include <ATen/record_function.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <string_view>

#include "core/error.h"

namespace rn {
namespace {

std::atomic<ConvRecorder*> recorder = nullptr;

void set_tensors(ConvCall& call, const torch::Tensor& input, const torch::Tensor& weight) {
  call.input = input.sizes().vec();
  call.weight = weight.sizes().vec();
  call.dtype = input.scalar_type();
  call.channels_last = input.dim() == 4 && input.is_contiguous(torch::MemoryFormat::ChannelsLast);
}

/// @param value a number for each of H and W, or one for both
std::vector<int64_t> for_each_side(const c10::IValue& value) {
  std::vector<int64_t> sides = value.toIntVector();
  if (sides.size() == 1) sides.push_back(sides[0]);
  return sides;
}

/// convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
ConvCall forward_call(c10::ArrayRef<const c10::IValue> in) {
  ConvCall call;
  const torch::Tensor& input = in[0].toTensor();
  const torch::Tensor& weight = in[1].toTensor();
  set_tensors(call, input, weight);
  call.bias = in[2].isTensor() && in[2].toTensor().defined();
  call.stride = for_each_side(in[3]);
  call.padding = for_each_side(in[4]);
  call.dilation = for_each_side(in[5]);
  RN_CHECK(!in[6].toBool(), "a transposed convolution of {}", call.text());
  call.groups = in[8].toInt();
  call.gradients = {input.requires_grad(), weight.requires_grad(),
                    call.bias && in[2].toTensor().requires_grad()};
  return call;
}

/// convolution_backward(grad_output, input, weight, bias_sizes, stride, padding, dilation,
/// transposed, output_padding, groups, output_mask)
ConvCall backward_call(c10::ArrayRef<const c10::IValue> in) {
  ConvCall call;
  call.backward = true;
  set_tensors(call, in[1].toTensor(), in[2].toTensor());
  call.stride = for_each_side(in[4]);
  call.padding = for_each_side(in[5]);
  call.dilation = for_each_side(in[6]);
  call.groups = in[9].toInt();
  const auto mask = in[10].toBoolList();
  for (size_t i = 0; i < call.gradients.size(); ++i) call.gradients[i] = mask.get(i);
  call.bias = call.gradients[2];  // its sizes are given even where there is none
  return call;
}

std::unique_ptr<at::ObserverContext> on_function(const at::RecordFunction& function) {
  ConvRecorder* const active = recorder;
  if (active == nullptr) return nullptr;
  const std::string_view name = function.name();
  if (name == "aten::convolution") active->add(forward_call(function.inputs()));
  if (name == "aten::convolution_backward") active->add(backward_call(function.inputs()));
  return nullptr;
}

}  // namespace

std::vector<int64_t> ConvCall::output() const {
  std::vector<int64_t> sizes{input[0], weight[0]};
  for (size_t i = 0; i + 2 < input.size(); ++i) {
    const int64_t reach = dilation[i] * (weight[i + 2] - 1) + 1;
    sizes.push_back((input[i + 2] + 2 * padding[i] - reach) / stride[i] + 1);
  }
  return sizes;
}

double ConvCall::flop() const {
  const auto product = [](auto begin, auto end) {
    return std::accumulate(begin, end, 1.0, [](double a, int64_t b) { return a * b; });
  };
  const auto sizes = output();
  const double once =
      2 * product(sizes.begin(), sizes.end()) * product(weight.begin() + 1, weight.end());
  return backward ? once * (int{gradients[0]} + int{gradients[1]}) : once;
}

std::string ConvCall::text() const {
  std::string text = fmt::format("{} {} -> {}, {}", backward ? "backward" : "forward", input[1],
                                 weight[0], fmt::join(weight.begin() + 2, weight.end(), "x"));
  if (stride[0] > 1) text += fmt::format(" / {}", stride[0]);
  if (groups > 1) text += fmt::format(", {} groups", groups);
  if (bias) text += ", bias";
  if (backward && !gradients[0]) text += ", weight only";
  return text + fmt::format(", {}x{}", input[0], fmt::join(input.begin() + 2, input.end(), "x"));
}

ConvRecorder::ConvRecorder() {
  ConvRecorder* none = nullptr;
  RN_CHECK(recorder.compare_exchange_strong(none, this), "a second recorder");
  handle_ = at::addGlobalCallback(at::RecordFunctionCallback(on_function)
                                      .needsInputs(true)
                                      .scopes({at::RecordScope::FUNCTION}));
}

ConvRecorder::~ConvRecorder() {
  at::removeCallback(handle_);
  recorder = nullptr;
}

void ConvRecorder::add(const ConvCall& call) {
  const std::lock_guard lock(mutex_);
  ++calls_[call];
}

}  // namespace rn
