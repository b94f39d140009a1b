// Uses LibTorch and OpenCV together, each through functions that take std::string: it links only if
// both were built with the same C++ ABI, and runs only if the loader finds every library.

#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <c10/core/Device.h>

#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

int main() {
  const auto sum = at::ones({2, 2}, c10::Device(std::string("cpu"))).sum().item<float>();
  const cv::Mat picture = cv::imread(std::string("/dev/null"));
  if (sum != 4.0F || !picture.empty()) return 1;
  std::printf("probe passed\n");
  return 0;
}
