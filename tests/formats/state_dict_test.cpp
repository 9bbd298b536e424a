/// State dicts that nobody's torch.save wrote: tensors that claim more than there is, and dicts that hold none.
#include "lathe/formats/state_dict.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

#include <ctime>

#include "tests/formats/zip_writer.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace std::string_literals;
using test::error_of;
using test::little;
using test::zip_of;

std::string text(const std::string& word) {
  return "X" + little(static_cast<uint32_t>(word.size())) + word;
}
std::string whole(int64_t number) {
  return "\x8a\x08"s + little(number);
}
std::string tuple(const std::vector<int64_t>& numbers) {
  std::string opcodes = "(";
  for (const int64_t number : numbers) opcodes += whole(number);
  return opcodes + "t";
}

struct Claim {
  std::vector<int64_t> sizes = {4}, strides = {1};
  int64_t offset = 0, stored = 4;
  std::string key = "0", type = "torch\nFloatStorage", extra = "";
};
std::string tensor(const Claim& claim) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "c" + claim.type + "\n" + text(claim.key) +
         text("cpu") + whole(claim.stored) + "tQ" + whole(claim.offset) + tuple(claim.sizes) + tuple(claim.strides) +
         "\x89}" + claim.extra + "tR";
}

/// An archive whose pickle is these opcodes and whose one storage holds 0, 1, 2, 3.
std::string archive(const std::string& opcodes) {
  std::string values;
  for (const float value : {0.0F, 1.0F, 2.0F, 3.0F}) values += little(value);
  return zip_of({{"a/data.pkl", "\x80\x02" + opcodes + "."}, {"a/byteorder", "little"}, {"a/data/0", values}});
}
TensorFile read(const std::string& opcodes) {
  const std::string bytes = archive(opcodes);
  return parse_state_dict(bytes);
}
std::string complaint(const std::string& opcodes) {
  return error_of([&] { read(opcodes); });
}
std::string complaint(const Claim& claim) {
  return complaint("}" + text("w") + tensor(claim) + "s");
}

TEST(StateDictClaims, AHonestOneIsRead) {
  const TensorFile file = read("}" + text("w") + tensor({.sizes = {2, 2}, .strides = {1, 2}}) + "s");
  EXPECT_TRUE(at::equal(*file.find("w"), at::arange(4.0F).reshape({2, 2}).t()));
}

TEST(StateDictClaims, NoTensorLeavesItsStorage) {
  EXPECT_EQ(complaint(Claim{.sizes = {5}}),
            "tensor 'w': byte 179: its last value is number 4 of a storage of 4 values");
  EXPECT_EQ(complaint(Claim{.offset = 1}), "tensor 'w': byte 179: its last value is number 4 of a storage of 4 values");
  EXPECT_EQ(complaint(Claim{.strides = {2}}),
            "tensor 'w': byte 179: its last value is number 6 of a storage of 4 values");
  EXPECT_EQ(
      complaint(Claim{.sizes = {2}, .strides = {-1}}),
      "tensor 'w': byte 179: a stride is no whole number of at least 0; the file is damaged or not of torch.save");
  EXPECT_EQ(complaint(Claim{.sizes = {8}, .stored = 8}),
            "tensor 'w': byte 179: its storage 'a/data/0' is said to hold 8 values, but has 16 bytes (byte 267)");
  EXPECT_EQ(complaint(Claim{.stored = INT64_MAX}),
            "tensor 'w': byte 179: its storage 'a/data/0' is said to hold 9223372036854775807 values, but has 16 bytes "
            "(byte 267)");
  EXPECT_EQ(complaint(Claim{.key = "../0"}), "tensor 'w': byte 182: its storage 'a/data/../0' is not in the archive");
}

TEST(StateDictClaims, BillionsOfValuesAreRefused) {
  EXPECT_EQ(complaint(Claim{.sizes = {int64_t{1} << 40}, .strides = {0}}),
            "tensor 'w': byte 179: takes 4.0 TiB more, and a file of 472 B may hold 64.0 MiB of tensors in all (is it "
            "broadcast?)");
  EXPECT_EQ(complaint(Claim{.sizes = {int64_t{1} << 40, int64_t{1} << 40}, .strides = {0, 0}}),
            "tensor 'w': byte 199: shape [1099511627776, 1099511627776] is too large");
  EXPECT_EQ(complaint(Claim{.sizes = {INT64_MAX}, .strides = {INT64_MAX}}),
            "tensor 'w': byte 179: shape [9223372036854775807] is too large");
  EXPECT_EQ(complaint(Claim{.sizes = {0, INT64_MAX, 9}, .strides = {1, 1, 1}}),
            "tensor 'w': byte 219: shape [0, 9223372036854775807, 9] is too large");
  EXPECT_EQ(complaint(Claim{.sizes = std::vector<int64_t>(65, 1), .strides = std::vector<int64_t>(65, 1)}),
            "tensor 'w': byte 1459: has 65 axes (expected at most 64)");
}

TEST(StateDictClaims, ManySmallClaimsAddUp) {
  std::string opcodes = "}";
  for (int i = 0; i < 20; ++i)
    opcodes += text("w" + std::to_string(i)) + tensor({.sizes = {1 << 20}, .strides = {0}}) + "s";
  EXPECT_NE(complaint(opcodes).find("tensor 'w16': "), std::string::npos) << complaint(opcodes);
}

TEST(StateDictClaims, TypesAndFlagsAreKnown) {
  EXPECT_EQ(complaint(Claim{.type = "collections\nOrderedDict"}),
            "tensor 'w': byte 184: its values are of 'collections.OrderedDict' (expected real or whole numbers)");
  EXPECT_EQ(complaint(Claim{.extra = "}" + text("neg") + "\x88s"}),
            "tensor 'w': byte 190: is a negated or conjugated view; in Python: save tensor.resolve_neg()");
  EXPECT_EQ(complaint(Claim{.type = "torch\nQInt8Storage"}),
            "tensor 'w': byte 179: its values are of 'torch.QInt8Storage' (expected real or whole numbers)");
  EXPECT_EQ(complaint("}" + text("w") + "ctorch._utils\n_rebuild_tensor_v2\n)Rs"),
            "tensor 'w': byte 83: 'torch._utils._rebuild_tensor_v2' has 0 arguments (expected more)");
  EXPECT_EQ(complaint("}" + text("w") + "ctorch._utils\n_rebuild_parameter\nN\x85Rs"),
            "tensor 'w': byte 84: is a parameter around what is no tensor");
}

TEST(StateDictClaims, SomethingElseIsSaid) {
  EXPECT_EQ(complaint("]"), "byte 42: holds no dict (expected a state dict, or a checkpoint with one in it)");
  EXPECT_EQ(complaint("}"), "holds no state dict: no entry is a dict of tensors (its entries: none)");
  EXPECT_EQ(complaint("}" + text("epoch") + "K\3s" + text("args") + "}s"),
            "holds no state dict: no entry is a dict of tensors (its entries: epoch, args)");
  EXPECT_EQ(error_of([] { parse_state_dict(zip_of({{"arr_0.npy", "x"}})); }),
            "is a zip archive with 0 entries 'data.pkl' (expected 1, as torch.save writes it)");
  EXPECT_EQ(error_of([] { parse_state_dict(zip_of({{"a/data.pkl", "x"}, {"a/byteorder", "big"}})); }),
            "byte 82: was written on a big-endian machine (expected little-endian)");
  EXPECT_EQ(error_of([] { parse_state_dict("\x80\x04]."); }),
            "is a bare pickle (expected a zip archive as torch.save writes it); in Python: "
            "torch.save(model.state_dict(), path)");
  EXPECT_EQ(error_of([] { parse_state_dict("hello"); }), "is no zip archive (expected what torch.save writes)");
}

TEST(StateDictClaims, ANameGivenTwiceIsTheLastOneAsInPython) {
  const TensorFile file = read("}" + text("w") + tensor({}) + "s" + text("w") + tensor({.sizes = {1}}) + "s");
  ASSERT_EQ(file.tensors.size(), 1U);
  EXPECT_EQ(file.tensors[0].second.numel(), 1);
}

TEST(StateDictClaims, OneDictUnderManyNamesIsCountedOnce) {
  std::string opcodes =
      "}}q\0X\1\0\0\0w"s + tensor({}) + "q\1sh\0("s;  // below the dict, the inner one, filled with one tensor
  for (int i = 0; i < 20'000; ++i) opcodes += text(std::to_string(i)) + "h\1"s;
  opcodes += "u00(";
  for (int i = 0; i < 100'000; ++i) opcodes += text(std::to_string(i)) + "h\0"s;
  opcodes += "u";
  const std::clock_t start = std::clock();  // of the processor: the machine may be busy
  const std::string sentence = complaint(opcodes);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 2);
  EXPECT_EQ(sentence.substr(0, 51), "holds several state dicts: '0' (20001 tensors), '1'") << sentence.substr(0, 200);
  EXPECT_NE(sentence.find(" and 99990 more; say which to read"), std::string::npos) << sentence.substr(0, 400);
}

}  // namespace
}  // namespace lathe
