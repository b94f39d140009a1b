#include "model/torch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace {

using ::testing::HasSubstr;
using TensorMap = std::map<std::string, torch::Tensor>;

/// Written by make_torch_files.py.
std::string file(const std::string& name) {
  return std::string(RN_SOURCE_DIR) + "/tests/model/files/" + name;
}

std::string error_of_reading(const std::string& bytes) {
  try {
    parse_torch_file(bytes, "a.pth");
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

void expect_values(const TensorMap& tensors, const std::string& name, torch::Dtype dtype,
                   const std::vector<int64_t>& shape, const std::vector<double>& values) {
  ASSERT_TRUE(tensors.contains(name)) << name;
  const torch::Tensor& tensor = tensors.at(name);
  EXPECT_EQ(tensor.scalar_type(), dtype) << name;
  EXPECT_EQ(tensor.sizes(), torch::IntArrayRef(shape)) << name;
  EXPECT_TRUE(tensor.is_contiguous()) << name;
  const torch::Tensor flat = tensor.to(torch::kFloat64).reshape({-1});
  ASSERT_EQ(flat.numel(), static_cast<int64_t>(values.size())) << name;
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(flat[static_cast<int64_t>(i)].item<double>(), values[i]) << name << " " << i;
  }
}

class TorchFile : public ::testing::TestWithParam<std::string> {};

TEST_P(TorchFile, EveryKindOfTensorHasItsValues) {
  const TensorMap tensors = read_torch_file(file(GetParam())).tensors;
  EXPECT_EQ(tensors.size(), 16u);
  std::vector<double> counted(24);
  std::iota(counted.begin(), counted.end(), 0.0);
  expect_values(tensors, "plain", torch::kFloat32, {4, 6}, counted);
  std::vector<double> transposed;
  for (int column = 0; column < 6; ++column) {
    for (int row = 0; row < 4; ++row) transposed.push_back(row * 6 + column);
  }
  expect_values(tensors, "transposed", torch::kFloat32, {6, 4}, transposed);
  expect_values(tensors, "part", torch::kFloat32, {2, 2}, {8, 9, 14, 15});
  expect_values(tensors, "expanded", torch::kFloat32, {3}, {7, 7, 7});
  expect_values(tensors, "parameter", torch::kFloat32, {2}, {0.5, -0.5});
  expect_values(tensors, "scalar", torch::kInt64, {}, {3});
  expect_values(tensors, "empty", torch::kFloat32, {0, 4}, {});
  expect_values(tensors, "float64", torch::kFloat64, {3}, {0, 1, 2});
  expect_values(tensors, "float16", torch::kFloat16, {3}, {0, 1, 2});
  expect_values(tensors, "bfloat16", torch::kBFloat16, {3}, {0, 1, 2});
  expect_values(tensors, "int64", torch::kInt64, {3}, {0, 1, 2});
  expect_values(tensors, "int32", torch::kInt32, {3}, {0, 1, 2});
  expect_values(tensors, "int16", torch::kInt16, {3}, {0, 1, 2});
  expect_values(tensors, "int8", torch::kInt8, {3}, {0, 1, 2});
  expect_values(tensors, "uint8", torch::kUInt8, {3}, {0, 1, 2});
  expect_values(tensors, "bool", torch::kBool, {3}, {0, 1, 1});
}

/// checkpoint.pth: under "model", with DataParallel's prefix, beside an optimizer and a Counter.
INSTANTIATE_TEST_SUITE_P(Formats, TorchFile,
                         ::testing::Values("plain.pth", "legacy.pth", "checkpoint.pth"));

// Published files of 2017 are such ones. "part" is elements 9, 10, 12, 13 of its storage: two rows
// of three from element 1 of the part that begins at element 8.
TEST(TorchFileVersions, PyTorch03WithPython2IsRead) {
  const TensorMap tensors = read_torch_file(file("python2.pth")).tensors;
  EXPECT_EQ(tensors.size(), 2u);
  std::vector<double> counted(24);
  std::iota(counted.begin(), counted.end(), 0.0);
  expect_values(tensors, "whole", torch::kFloat32, {4, 6}, counted);
  expect_values(tensors, "part", torch::kFloat32, {2, 2}, {9, 10, 12, 13});
}

TEST(TorchFileVersions, APartBeyondItsStorageIsAnError) {
  std::string bytes = read_file(file("python2.pth"));
  const size_t at = bytes.find("95", bytes.find("Storage"));  // the part's key, then its offset
  ASSERT_NE(at, std::string::npos);
  const size_t offset = bytes.find("K\x08", at);
  ASSERT_NE(offset, std::string::npos);
  bytes[offset + 1] = 20;
  EXPECT_THAT(error_of_reading(bytes),
              HasSubstr("tensor part: 6 elements from element 20 are beyond the 24"));
}

class NumpyFile : public ::testing::TestWithParam<std::string> {};

TEST_P(NumpyFile, EveryKindOfArrayHasItsValues) {
  const TensorMap tensors = read_torch_file(file(GetParam())).tensors;
  EXPECT_EQ(tensors.size(), 5u);
  expect_values(tensors, "c_order", torch::kFloat32, {2, 3}, {0, 1, 2, 3, 4, 5});
  expect_values(tensors, "fortran", torch::kFloat32, {2, 3}, {0, 1, 2, 3, 4, 5});
  std::vector<double> bytes(16);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = 120.0 + static_cast<double>(i);
  expect_values(tensors, "bytes", torch::kUInt8, {16}, bytes);
  expect_values(tensors, "int64", torch::kInt64, {2}, {-1, 2});
  expect_values(tensors, "half", torch::kFloat16, {1}, {0.5});
}

INSTANTIATE_TEST_SUITE_P(Protocols, NumpyFile, ::testing::Values("numpy2.pkl", "numpy4.pkl"));

class HostileFile : public ::testing::TestWithParam<std::string> {};

TEST_P(HostileFile, CutAnywhereItIsAnErrorOrHoldsWholeTensors) {
  const std::string whole = read_file(file(GetParam()));
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string error = error_of_reading(whole.substr(0, size));
    EXPECT_THAT(error, HasSubstr("a.pth")) << size << " bytes of " << whole.size();
  }
}

/// Whatever a flipped bit does, it ends in tensors or in an Error: nothing else leaves the reader.
TEST_P(HostileFile, AnyFlippedBitIsSurvived) {
  const std::string whole = read_file(file(GetParam()));
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int bit : {0, 3, 7}) {
      std::string flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_NO_THROW(error_of_reading(flipped)) << "byte " << i << " bit " << bit;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, HostileFile,
                         ::testing::Values("plain.pth", "legacy.pth", "checkpoint.pth",
                                           "numpy2.pkl", "numpy4.pkl", "python2.pth"));

TEST(TorchFileErrors, SayWhatWasExpected) {
  EXPECT_THAT(error_of_reading(""), HasSubstr("expected a .pth, .pt or .pkl file"));
  EXPECT_THAT(error_of_reading("{\"a\": 1}"), HasSubstr("expected a .pth, .pt or .pkl file"));
  EXPECT_THAT(error_of_reading("\x80\x02}."), HasSubstr("holds no tensors by name"));
  EXPECT_THAT(error_of_reading("\x80\x02K"),
              HasSubstr("pickle, byte 2: 1 more bytes expected, found 0"));
}

TEST(TorchFileErrors, NothingIsCalledAndNothingIsImported) {
  // cos system ("touch pwned") : the classic attack stays a call that nobody makes.
  const std::string attack =
      "\x80\x02"
      "cos\nsystem\nX\x0b" +
      std::string(3, '\0') + "touch pwned\x85R.";
  EXPECT_THAT(error_of_reading(attack), HasSubstr("holds no tensors by name"));
  EXPECT_FALSE(std::filesystem::exists("pwned"));
}

TEST(TorchFileErrors, CirclesAndDeepNestsAreNoDanger) {
  // A dict that holds itself, and a million tuples in one another.
  EXPECT_THAT(error_of_reading("\x80\x02}q\x01X\x01" + std::string(3, '\0') + "ah\x01s."),
              HasSubstr("holds no tensors by name"));
  EXPECT_THAT(error_of_reading("\x80\x02N" + std::string(1'000'000, '\x85') + "."),
              HasSubstr("holds no tensors by name"));
  EXPECT_THAT(error_of_reading("\x80\x02" + std::string(5'000'000, 'N') + "."),
              HasSubstr("more than 4000000 values"));
  // MEMOIZE makes no value, but remembers one more.
  EXPECT_THAT(error_of_reading("\x80\x04N" + std::string(5'000'000, '\x94') + "."),
              HasSubstr("remembers more than 4000000 values"));
}

}  // namespace
}  // namespace rn
