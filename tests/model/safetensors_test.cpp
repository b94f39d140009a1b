#include "model/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/files.h"
#include "model/test_models.h"

namespace rn {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryFile;

/// A file with that header and so many bytes of data.
std::string raw_file(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), 8);
  return bytes + header + std::string(data_bytes, '\0');
}

std::string error_for(const std::string& header, size_t data_bytes) {
  return error_of([&] { parse_safetensors(raw_file(header, data_bytes), "f"); });
}

TensorFile example() {
  TensorFile file;
  torch::manual_seed(2);
  const torch::Tensor x = torch::randn({2, 3, 4, 5}) * 10;
  for (const auto dtype :
       {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16, torch::kInt64,
        torch::kInt32, torch::kInt16, torch::kInt8, torch::kUInt8, torch::kBool}) {
    file.tensors[std::string("t.") + torch::toString(dtype)] = x.abs().to(dtype);
  }
  file.tensors["scalar"] = torch::tensor(7, torch::kInt64);
  file.tensors["empty"] = torch::empty({0, 3});
  file.metadata = {{"format", "x"}, {"name with \"quotes\"", "line\nline \xc3\xa9"}};
  return file;
}

TEST(Safetensors, RoundTripKeepsEveryBit) {
  const TensorFile file = example();
  const TemporaryFile place("round_trip.safetensors");
  write_safetensors(place.path(), file);
  const TensorFile back = read_safetensors(place.path());
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    EXPECT_EQ(back.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(back.tensors.at(name).equal(tensor)) << name;
  }
}

TEST(Safetensors, LayoutInMemoryDoesNotChangeTheFile) {
  const torch::Tensor plain = torch::randn({2, 3, 4, 5});
  const torch::Tensor channels_last = plain.contiguous(torch::MemoryFormat::ChannelsLast);
  EXPECT_EQ(serialize_safetensors({{{"a", plain}}, {}}),
            serialize_safetensors({{{"a", channels_last}}, {}}));
}

TEST(Safetensors, BytesAreAsTheFormatSays) {
  const std::string bytes =
      serialize_safetensors({{{"a", torch::tensor({1.0f, -2.0f})}}, {{"k", "v"}}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const size_t padded = (header.size() + 7) / 8 * 8;
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length, padded);
  EXPECT_EQ(bytes.substr(8, header.size()), header);
  EXPECT_EQ(bytes.substr(8 + header.size(), padded - header.size()),
            std::string(padded - header.size(), ' '));
  EXPECT_EQ(bytes.substr(8 + padded), std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8));
}

TEST(Safetensors, EveryCutIsAnError) {
  const std::string bytes = serialize_safetensors(example());
  for (size_t n = 0; n < bytes.size(); n += n < 1300 ? 1 : 37) {
    const std::string text = error_of([&] { parse_safetensors(bytes.substr(0, n), "cut"); });
    EXPECT_THAT(text, HasSubstr("cut: ")) << n;
  }
  EXPECT_THAT(error_of([&] { parse_safetensors(bytes + "x", "longer"); }),
              HasSubstr("the file is damaged"));
}

TEST(Safetensors, EveryFlippedByteOfTheHeaderIsSurvived) {
  const std::string bytes = serialize_safetensors(example());
  for (size_t i = 0; i < 1300; ++i) {
    for (const char flip : {1, 16, -128}) {
      std::string bad = bytes;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      error_of([&] { parse_safetensors(bad, "flipped"); });  // an Error or a file, never a crash
    }
  }
}

TEST(Safetensors, HostileHeadersAreErrors) {
  const std::string long_header = std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8) + "{}";
  EXPECT_THAT(error_of([&] { parse_safetensors(long_header, "f"); }),
              HasSubstr("f: a header of 9223372036854775807 bytes is announced, but there are 2"));
  const auto entry = [](const char* shape, const char* offsets) {
    return fmt::format(R"({{"a":{{"dtype":"F32","shape":{},"data_offsets":{}}}}})", shape, offsets);
  };
  EXPECT_EQ(error_for(entry("[2]", "[0,8]"), 8), "no error");
  EXPECT_THAT(error_for(entry("[2]", "[0,8]"), 7), HasSubstr("cut short"));
  EXPECT_THAT(error_for(entry("[2]", "[4,12]"), 12), HasSubstr("begins at byte 4"));
  EXPECT_THAT(error_for(entry("[3]", "[0,8]"), 8), HasSubstr("don't agree with dtype and shape"));
  EXPECT_THAT(error_for(entry("[2]", "[8,0]"), 8), HasSubstr("don't agree"));
  EXPECT_THAT(error_for(entry("[2]", "[0]"), 8), HasSubstr("bad data_offsets"));
  EXPECT_THAT(error_for(entry("[-2]", "[0,8]"), 8), HasSubstr("bad shape"));
  EXPECT_THAT(error_for(entry("[2.0]", "[0,8]"), 8), HasSubstr("bad shape"));
  EXPECT_THAT(error_for(entry("[18446744073709551615]", "[0,8]"), 8), HasSubstr("bad shape"));
  EXPECT_THAT(error_for(entry("[4611686018427387904,4]", "[0,0]"), 0),
              HasSubstr("larger than any memory"));
  EXPECT_THAT(error_for(entry("[0,4611686018427387904,4]", "[0,0]"), 0),
              HasSubstr("larger than any memory"));
  EXPECT_THAT(error_for(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1),
              HasSubstr("dtype F8_E4M3 is not supported"));
  EXPECT_THAT(error_for(R"({"a":{"dtype":"F32"}})", 0), HasSubstr("is missing"));
  EXPECT_THAT(error_for("[]", 0), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_for("{", 0), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_for(R"({"__metadata__":{"a":1}})", 0), HasSubstr("object of texts"));
  EXPECT_THAT(error_for(R"({"__metadata__":["a"]})", 0), HasSubstr("object of texts"));
  EXPECT_THAT(error_for(std::string(1'000'000, '['), 0), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_for("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}", 0),
              HasSubstr("not a JSON object"));
}

TEST(Safetensors, OverlapsGapsAndRepeatsAreErrors) {
  const auto two = [](const char* second, const char* offsets) {
    return fmt::format(R"({{"a":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}},)"
                       R"("{}":{{"dtype":"U8","shape":[4],"data_offsets":{}}}}})",
                       second, offsets);
  };
  EXPECT_EQ(error_for(two("b", "[4,8]"), 8), "no error");
  EXPECT_THAT(error_for(two("b", "[2,6]"), 6), HasSubstr("begins at byte 2"));
  EXPECT_THAT(error_for(two("b", "[0,4]"), 4), HasSubstr("begins at byte 0"));
  EXPECT_THAT(error_for(two("b", "[5,9]"), 9), HasSubstr("begins at byte 5"));
  EXPECT_THAT(error_for(two("a", "[4,8]"), 8), HasSubstr("tensor a stands twice"));
}

TEST(Safetensors, MissingFileIsNamed) {
  EXPECT_THAT(error_of([] { read_safetensors("/nowhere/m.safetensors"); }),
              HasSubstr("/nowhere/m.safetensors"));
}

TEST(Safetensors, FailedWriteLeavesTheOldFile) {
  const TemporaryFile place("kept.safetensors");
  write_file_atomically(place.path(), "old");
  TensorFile file;
  file.tensors["c"] = torch::zeros({2}, torch::kComplexFloat);
  EXPECT_THAT(error_of([&] { write_safetensors(place.path(), file); }), HasSubstr("tensor c"));
  EXPECT_EQ(read_file(place.path()), "old");
}

}  // namespace
}  // namespace rn
