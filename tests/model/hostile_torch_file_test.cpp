#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/throws.h"
#include "model/stored_zip.h"
#include "model/torch_file.h"

// Files that are well formed and mean harm. The pickles are written here opcode by opcode, in
// protocol 2.

namespace rn {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPickle = "\x80\x02";

std::string error_of_bytes(const std::string& bytes) {
  return error_text([&] { parse_torch_file(bytes, "a.pth"); });
}

std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}

/// Of less than 256 bytes.
std::string text(const std::string& value) {
  return "U" + std::string(1, static_cast<char>(value.size())) + value;
}

std::string number(int64_t value) {
  return "\x8a\x08" + std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// numpy's, of float32.
std::string array(const std::string& shape, const std::string& bytes) {
  return global("numpy.core.multiarray", "_reconstruct") + ")R(" + number(1) + shape +
         global("numpy", "dtype") + text("f4") + "\x85R\x89" + text(bytes) + "tb";
}

/// PyTorch's, of float32.
std::string tensor(const std::string& storage, const std::string& sizes,
                   const std::string& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") + "((" + text("storage") +
         global("torch", "FloatStorage") + text(storage) + text("cpu") + number(1) + "tQ" +
         number(0) + sizes + strides + "\x89}tR";
}

/// So many elements that are all the first of the storage.
std::string expanded(const std::string& storage, int64_t elements) {
  return tensor(storage, number(elements) + "\x85", number(0) + "\x85");
}

TEST(HostileTorchFile, SharedStorageCannotTakeAllMemory) {
  // One tensor of 4 MB from a storage of 4 bytes, under 1000 names.
  std::string pickle = kPickle + std::string("}(") + text("0") + expanded("0", 1 << 20) + "q\x01";
  for (int i = 1; i < 1000; ++i) pickle += text(std::to_string(i)) + "h\x01";
  const auto zip =
      testing::zip_of({{"a/data.pkl", pickle + "u."}, {"a/data/0", std::string(4, '\1')}});
  EXPECT_THAT(error_of_bytes(zip), HasSubstr("bytes hold tensors of 71303168 bytes and more"));
}

TEST(HostileTorchFile, EntriesThatShareBytesCannotTakeAllMemory) {
  std::string pickle = kPickle + std::string("}(");
  std::vector<testing::ZipEntry> entries = {{"a/data.pkl", ""}};
  for (int i = 0; i < 40; ++i) {
    const std::string key = std::to_string(i);
    pickle += text(key) + expanded(key, 1);
    entries.push_back({"a/data/" + key, ""});
  }
  // Of all entries the content is the pickle's.
  entries[0].content = pickle + "u.";
  EXPECT_THAT(error_of_bytes(testing::with_shared_content(testing::zip_of(entries), 0)),
              HasSubstr("a.pth: its entries overlap"));
}

TEST(HostileTorchFile, RepeatedNameCannotTakeAllMemory) {
  // A text of 60 KB, remembered once, is module and name of 1000 globals.
  std::string pickle =
      kPickle + std::string("X\x60\xea\0\0", 5) + std::string(60'000, 'a') + "q\x01";
  for (int i = 0; i < 1000; ++i) pickle += "h\x01h\x01\x93";
  EXPECT_THAT(error_of_bytes(pickle + "."), HasSubstr("a global with a name of 120000 bytes"));
}

// A list of 1000 pairs, remembered once, is what 1000 OrderedDicts are called with.
TEST(HostileTorchFile, RepeatedListCannotTakeAllMemory) {
  std::string pickle = kPickle + global("collections", "OrderedDict") + "q\x01(]q\x02(";
  pickle += text("a") + "N\x86q\x03";
  for (int i = 1; i < 1000; ++i) pickle += "h\x03";
  pickle += "e";
  for (int i = 0; i < 1000; ++i) pickle += "h\x01h\x02\x85R";
  EXPECT_THAT(error_of_bytes(pickle + "t."), HasSubstr("more entries than bytes"));
}

TEST(HostileTorchFile, EntriesOfAnOrderedDictArePairs) {
  const std::string call = kPickle + global("collections", "OrderedDict");
  EXPECT_THAT(error_of_bytes(call + "](" + text("a") + text("b") + text("c") + "ta\x85R."),
              HasSubstr("an entry of an OrderedDict that is no pair"));
}

// More bytes than the shape needs would be decoded for each of the names that an array may have.
TEST(HostileTorchFile, AnArrayHasTheBytesOfItsShape) {
  const auto file = [](size_t bytes) {
    return kPickle + std::string("}") + text("a") +
           array(number(2) + "\x85", std::string(bytes, '\0')) + "s.";
  };
  EXPECT_EQ(error_of_bytes(file(8)), "(nothing was thrown)");
  for (const size_t bytes : {0, 4, 9, 100}) {
    EXPECT_THAT(error_of_bytes(file(bytes)), HasSubstr("array a: its data are not the 8 bytes"));
  }
}

TEST(HostileTorchFile, DimensionsAreLimited) {
  const auto file = [](size_t dimensions) {
    const std::string shape = "(" + number(1) + std::string(dimensions - 1, '2') + "t";
    return kPickle + std::string("}") + text("a") + array(shape, std::string(4, '\0')) + "s.";
  };
  EXPECT_EQ(error_of_bytes(file(64)), "(nothing was thrown)");
  EXPECT_THAT(error_of_bytes(file(65)), HasSubstr("has 65 dimensions, at most 64 are expected"));
}

TEST(HostileTorchFile, StridesOfAnEmptyTensorStayWithinTheirType) {
  const std::string sizes = number(0) + number(int64_t{1} << 62) + number(4) + "\x87";
  const std::string strides = number(1) + "22\x87";
  const std::string pickle = kPickle + std::string("}") + text("a") + tensor("0", sizes, strides);
  EXPECT_THAT(
      error_of_bytes(testing::zip_of({{"a/data.pkl", pickle + "s."}, {"a/data/0", "four"}})),
      HasSubstr("the shape is larger than any memory"));
}

}  // namespace
}  // namespace rn
