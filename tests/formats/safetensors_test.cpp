/// The safetensors reader and writer: bytes as Python's safetensors 0.5 writes them, and every way a file can be wrong.
#include "lathe/formats/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <fstream>

#include "lathe/base/files.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::ScratchFolder;

/// A file with this header, padded as the format wants it, and this many bytes of data, counted up from 0.
std::string file_of(std::string header, size_t data_bytes) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t size = header.size();
  std::string bytes(reinterpret_cast<const char*>(&size), 8);
  bytes += header;
  for (size_t i = 0; i < data_bytes; ++i) bytes += static_cast<char>(i);
  return bytes;
}

/// What reading these bytes says, without the path in front.
std::string complaint(const std::string& bytes) {
  const ScratchFolder folder;
  std::ofstream(folder / "x.safetensors", std::ios::binary) << bytes;  // not write_atomic, which waits for the disk
  const std::string sentence = error_of([&] { read_safetensors(folder / "x.safetensors"); });
  const std::string path = (folder / "x.safetensors").string() + ": ";
  return sentence.rfind(path, 0) == 0 ? sentence.substr(path.size()) : "(no path) " + sentence;
}

std::string header_complaint(const std::string& header, size_t data_bytes = 8) {
  return complaint(file_of(header, data_bytes));
}

TEST(Safetensors, DeepHeadersAreRefused) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_EQ(header_complaint(R"({"a":{"dtype":"F32","shape":[)" + deep + R"(],"data_offsets":[0,8]}})"),
            "the header is nested more than 8 deep");
}

TEST(Safetensors, ReadsWhatPythonWrites) {
  using namespace std::string_literals;
  const ScratchFolder folder;
  write_atomic(folder / "x.safetensors",
               "\xc0\0\0\0\0\0\0\0"s
               R"({"__metadata__":{"k":"v"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
               R"("a":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},)"
               R"("b":{"dtype":"BOOL","shape":[3],"data_offsets":[24,27]}}  )"
               "\x07\0\0\0\0\0\0\0\0\0\x80?\0\0\0@\0\0@@\0\0\x90\xc0\x01\0\x01"s);
  const TensorFile file = read_safetensors(folder / "x.safetensors");
  ASSERT_EQ(file.tensors.size(), 3U);
  EXPECT_EQ(file.metadata.at("k"), "v");
  EXPECT_EQ(file.tensors[0].first, "n");
  EXPECT_EQ(file.find("n")->item<int64_t>(), 7);
  EXPECT_TRUE(at::equal(*file.find("a"), at::tensor({1.0F, 2.0F, 3.0F, -4.5F}).reshape({2, 2})));
  EXPECT_TRUE(at::equal(*file.find("b"), at::tensor({1, 0, 1}).to(at::kBool)));
}

TEST(Safetensors, WritesTheBytesThatPythonWouldRead) {
  using namespace std::string_literals;
  const ScratchFolder folder;
  // The flag comes first in the header but last in the data: wide types lie first.
  write_safetensors(folder / "x", {{{"b", at::tensor({1, 0}).to(at::kBool)}, {"a", at::ones({2})}}, {{"k", "v"}}});
  EXPECT_EQ(read_text(folder / "x"),
            "\x88\0\0\0\0\0\0\0"s
            R"({"__metadata__":{"k":"v"},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[8,10]},)"
            R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  )"
            "\0\0\x80?\0\0\x80?\x01\0"s);
}

TEST(Safetensors, EveryTypeSurvives) {
  const ScratchFolder folder;
  TensorFile file;
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                                    at::kChar, at::kByte, at::kBool})
    file.tensors.emplace_back(c10::toString(type), at::arange(0, 5).to(type));
  file.tensors.emplace_back("nothing", at::zeros({3, 0}));
  write_safetensors(folder / "x", file);
  const TensorFile back = read_safetensors(folder / "x");
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (size_t i = 0; i < file.tensors.size(); ++i) {
    EXPECT_EQ(back.tensors[i].first, file.tensors[i].first);
    EXPECT_EQ(back.tensors[i].second.scalar_type(), file.tensors[i].second.scalar_type());
    EXPECT_TRUE(at::equal(back.tensors[i].second, file.tensors[i].second)) << file.tensors[i].first;
  }
}

TEST(Safetensors, AViewIsWrittenAsItReads) {
  const ScratchFolder folder;
  const at::Tensor view = at::arange(0, 6).reshape({2, 3}).t();
  write_safetensors(folder / "x", {{{"t", view}}, {}});
  EXPECT_TRUE(at::equal(*read_safetensors(folder / "x").find("t"), view));
}

TEST(Safetensors, EqualContentGivesEqualBytes) {
  const ScratchFolder folder;
  const TensorFile file{{{"a", at::ones({3})}, {"b", at::zeros({2, 2})}}, {{"x", "1"}, {"y", "2"}}};
  write_safetensors(folder / "one", file);
  write_safetensors(folder / "two", read_safetensors(folder / "one"));
  EXPECT_EQ(read_text(folder / "one"), read_text(folder / "two"));
}

TEST(Safetensors, RefusesToWriteWhatTheFormatLacks) {
  const ScratchFolder folder;
  const std::string path = (folder / "x").string();
  const auto writing = [&](const TensorFile& file) { return error_of([&] { write_safetensors(path, file); }); };
  EXPECT_EQ(writing({{{"z", at::ones({1}).to(at::kComplexFloat)}}, {}}),
            path + ": tensor 'z': safetensors has no type for ComplexFloat");
  EXPECT_EQ(writing({{{"a", at::ones({1})}, {"a", at::ones({1})}}, {}}),
            path + ": tensor 'a': the name is given twice");
  EXPECT_EQ(writing({{{"__metadata__", at::ones({1})}}, {}}), path + ": tensor '__metadata__': the name is reserved");
  EXPECT_EQ(writing({{{"a", at::Tensor()}}, {}}), path + ": tensor 'a': there is none under this name");
  EXPECT_EQ(writing({{}, {{"k", "\xff"}}}), path + ": a name or a note is not UTF-8 text");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Safetensors, TheFrameMustFit) {
  EXPECT_EQ(complaint(""), "0 bytes are too few for a safetensors file (expected at least 8)");
  EXPECT_EQ(complaint(std::string("\x64\0\0\0\0\0\0\0{}", 10)),
            "the header is said to have 100 bytes, but 2 follow; the file is cut short");
  EXPECT_EQ(
      complaint(std::string(16, '\xff')),
      "the header is said to have 18446744073709551615 bytes (expected at most 100000000); is it a safetensors file?");
  EXPECT_EQ(header_complaint("{\"a\": nonsense}"), "the header is not JSON (it goes wrong at byte 8)");
  EXPECT_EQ(header_complaint("{\"a\": 1e605}"), "the header holds a number that is too large");
  EXPECT_EQ(header_complaint("[1]"), "the header is array (expected an object)");
  EXPECT_EQ(header_complaint("{\"__metadata__\":{\"k\":1}}", 0), "__metadata__: 'k' is number (expected text)");
}

TEST(Safetensors, AnEntryMustSayWhatItIs) {
  const auto entry = [](const std::string& body, size_t bytes = 8) {
    return header_complaint("{\"a\":" + body + "}", bytes);
  };
  EXPECT_EQ(entry("3"), "tensor 'a': is number (expected an object with dtype, shape and data_offsets)");
  EXPECT_EQ(entry("{}"), "tensor 'a': has no 'dtype'");
  EXPECT_EQ(
      entry(R"({"dtype":"F3"})"),
      "tensor 'a': unknown type 'F3'; known: BF16, BOOL, F16, F32, F64, I16, I32, I64, I8, U8 (did you mean 'F32'?)");
  EXPECT_EQ(entry(R"({"dtype":"F32","data_offsets":[0,8]})"), "tensor 'a': has no 'shape'");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"),
            "tensor 'a': a size of its shape is -2 (expected a whole number of at least 0)");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,8]})"),
            "tensor 'a': shape [4611686018427387904, 2] is too large");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"),
            "tensor 'a': shape [3] of F32 takes 12 bytes, but data_offsets give 8");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"),
            "tensor 'a': its data ends at byte 0, before it begins at byte 8");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[8]})"),
            "tensor 'a': 'data_offsets' has 1 entries (expected 2)");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})"),
            "tensor 'a': its data ends at byte 16, but the file holds 8 bytes of data");
}

TEST(Safetensors, TheDataMustLieEndToEnd) {
  const auto two = [](const std::string& b, size_t bytes) {
    return header_complaint(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":)" + b + "}", bytes);
  };
  EXPECT_EQ(two(R"({"dtype":"U8","shape":[4],"data_offsets":[2,6]})", 6),
            "tensor 'b': its data begins at byte 2 (expected 4, where the data before it ends)");
  EXPECT_EQ(two(R"({"dtype":"U8","shape":[2],"data_offsets":[6,8]})", 8),
            "tensor 'b': its data begins at byte 6 (expected 4, where the data before it ends)");
  EXPECT_EQ(two(R"({"dtype":"U8","shape":[2],"data_offsets":[4,6]})", 9), "3 bytes of data belong to no tensor");
  EXPECT_EQ(header_complaint(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                             R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                             0),
            "tensor 'a': the name is given twice");
}

TEST(Safetensors, NoDamageToABitOrALengthCrashes) {
  const std::string good =
      file_of(R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8);
  EXPECT_EQ(complaint(good), "(no path) (no error)");
  int refused = 0;
  for (size_t at = 0; at + 8 < good.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      refused += complaint(bad) != "(no path) (no error)";
    }
  EXPECT_GT(refused, 400);  // a flipped bit inside a name is as good a name
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(complaint(good.substr(0, length)), "(no path) (no error)") << length;
}

}  // namespace
}  // namespace lathe
