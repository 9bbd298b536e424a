/// .npy files: every version, type and order, each mistake, and that mapping costs no memory.
#include "lathe/data/readers/npy.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <unistd.h>

#include <fstream>

#include "lathe/base/files.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::listed;

std::string dict(const std::string& descr, const std::string& shape, bool fortran = false) {
  return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
}

/// Magic, version, header padded to a multiple of 64, data.
std::string npy(std::string header, const std::string& data, int version = 1) {
  const size_t start = version == 1 ? 10 : 12;
  header.resize((start + header.size() + 64) / 64 * 64 - start, ' ');
  header.back() = '\n';
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (size_t byte = 0; byte < start - 8; ++byte) file += static_cast<char>(header.size() >> 8 * byte & 0xff);
  return file + header + data;
}

template <class Value>
std::string bytes_of(std::initializer_list<Value> values, bool swapped = false) {
  std::string bytes;
  for (const Value& value : values) {
    std::string one(reinterpret_cast<const char*>(&value), sizeof(Value));
    bytes += swapped ? std::string(one.rbegin(), one.rend()) : one;
  }
  return bytes;
}

class Npy : public testing::Test {
 protected:
  at::Tensor read(const std::string& bytes) {
    write_atomic(path(), bytes);
    return open_npy(path()).values;
  }
  std::string error(const std::string& bytes) {
    const std::string sentence = error_of([&] { read(bytes); }), front = path().string() + ": ";
    return sentence.rfind(front, 0) == 0 ? sentence.substr(front.size()) : sentence;
  }
  std::filesystem::path path() const { return scratch_ / "a.npy"; }

 private:
  test::ScratchFolder scratch_;
};

TEST_F(Npy, EveryFormatVersion) {
  for (const int version : {1, 2, 3}) {
    const at::Tensor values = read(npy(dict("<f8", "(2, 3)"), bytes_of<double>({1, 2, 3, 4, 5, 6}), version));
    EXPECT_EQ(values.sizes(), (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(listed(values), (std::vector<double>{1, 2, 3, 4, 5, 6})) << "version " << version;
  }
}

TEST_F(Npy, EveryType) {
  const std::vector<double> expected = {1, -2};
  const auto expect = [&](const std::string& descr, const std::string& data, at::ScalarType type) {
    const at::Tensor values = read(npy(dict(descr, "(2,)"), data));
    EXPECT_EQ(values.scalar_type(), type) << descr;
    EXPECT_EQ(listed(values), expected) << descr;
  };
  expect("<f4", bytes_of<float>({1, -2}), at::kFloat);
  expect("<f2", bytes_of<uint16_t>({0x3c00, 0xc000}), at::kHalf);
  expect("|i1", bytes_of<int8_t>({1, -2}), at::kChar);
  expect("<i2", bytes_of<int16_t>({1, -2}), at::kShort);
  expect("<i4", bytes_of<int32_t>({1, -2}), at::kInt);
  expect("<i8", bytes_of<int64_t>({1, -2}), at::kLong);
  expect(">f8", bytes_of<double>({1, -2}, true), at::kDouble);
  expect(">i2", bytes_of<int16_t>({1, -2}, true), at::kShort);
}

TEST_F(Npy, UnsignedIntegersAreWidenedAndBoolStaysBool) {
  EXPECT_EQ(listed(read(npy(dict("|u1", "(2,)"), bytes_of<uint8_t>({3, 255})))), (std::vector<double>{3, 255}));
  const at::Tensor u2 = read(npy(dict("<u2", "(2,)"), bytes_of<uint16_t>({3, 65535})));
  EXPECT_EQ(listed(u2), (std::vector<double>{3, 65535}));
  EXPECT_EQ(u2.scalar_type(), at::kInt);
  const at::Tensor u4 = read(npy(dict(">u4", "(2,)"), bytes_of<uint32_t>({3, 4294967295U}, true)));
  EXPECT_EQ(listed(u4), (std::vector<double>{3, 4294967295.0}));
  EXPECT_EQ(u4.scalar_type(), at::kLong);
  EXPECT_EQ(listed(read(npy(dict("<u8", "(1,)"), bytes_of<uint64_t>({77})))), (std::vector<double>{77}));
  const at::Tensor flags = read(npy(dict("|b1", "(3,)"), std::string("\0\1\2", 3)));
  EXPECT_EQ(flags.scalar_type(), at::kBool);
  EXPECT_EQ(listed(flags), (std::vector<double>{0, 1, 1}));
}

TEST_F(Npy, FortranOrder) {
  for (const bool swapped : {false, true}) {
    const at::Tensor values =
        read(npy(dict(swapped ? ">f4" : "<f4", "(2, 3)", true), bytes_of<float>({1, 4, 2, 5, 3, 6}, swapped)));
    EXPECT_EQ(listed(values), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  }
}

TEST_F(Npy, ScalarsEmptyArraysAndPythonTwoShapes) {
  EXPECT_EQ(read(npy(dict("<f8", "()"), bytes_of<double>({7}))).item<double>(), 7);
  EXPECT_EQ(read(npy(dict("<f8", "(0, 5)"), "")).sizes(), (std::vector<int64_t>{0, 5}));
  EXPECT_EQ(read(npy(dict("<f8", "(1L, 2L)"), bytes_of<double>({7, 8}))).sizes(), (std::vector<int64_t>{1, 2}));
}

TEST_F(Npy, KeysInAnyOrderAndDoubleQuotes) {
  EXPECT_EQ(
      read(npy("{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"<f8\"}", bytes_of<double>({7}))).item<double>(), 7);
}

TEST_F(Npy, ArrayThatStartsAtAnOddByteIsCopied) {
  std::string header = dict("<f8", "(1,)") + "  \n";
  if ((10 + header.size()) % 8 == 0) header.insert(0, " ");
  const std::string file = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header;
  EXPECT_EQ(read(file + bytes_of<double>({7})).item<double>(), 7);
}

TEST_F(Npy, MappedTensorOutlivesItsFileName) {
  const at::Tensor values = read(npy(dict("<f8", "(2,)"), bytes_of<double>({1, 2})));
  std::filesystem::remove(path());
  EXPECT_EQ(listed(values.narrow(0, 1, 1)), (std::vector<double>{2}));
}

TEST_F(Npy, WrongLengths) {
  const std::string whole = npy(dict("<f8", "(2, 3)"), bytes_of<double>({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(error(whole.substr(0, whole.size() - 1)), "file is cut short (expected 48 bytes for <f8 [2, 3], got 47)");
  EXPECT_EQ(error(whole + "xy"), "bytes follow the array (expected 48 bytes for <f8 [2, 3], got 50)");
  EXPECT_EQ(error(whole.substr(0, 9)), "file is cut short (expected at least 10 bytes of header, got 9)");
  EXPECT_EQ(error(whole.substr(0, 50)), "file is cut short (expected 128 bytes of header, got 50)");
}

TEST_F(Npy, EveryTruncationIsRefused) {
  const std::string whole = npy(dict("<f4", "(2,)"), bytes_of<float>({1, 2}), 2);
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(error(whole.substr(0, length)), "(no error)") << "at " << length;
}

TEST_F(Npy, OtherFiles) {
  EXPECT_EQ(error("PK\x03\x04 a zip archive"),
            "is not a .npy file (expected the magic word \\x93NUMPY at its start, got other bytes)");
  EXPECT_EQ(error(""), "is not a .npy file (expected the magic word \\x93NUMPY at its start, got an empty file)");
  EXPECT_EQ(error(npy(dict("<f8", "()"), "", 4)), "format version is unknown (expected 1.0, 2.0 or 3.0, got 4.0)");
  EXPECT_EQ(error_of([] { open_npy("/nowhere/a.npy"); }),
            "/nowhere/a.npy: cannot be opened (No such file or directory)");
}

TEST_F(Npy, TypesThatAreNoNumbers) {
  const std::string tail =
      " (expected float16/32/64, int8 to int64, uint8 to uint64 or bool, got dtype '{}'); save it as plain numbers";
  const auto sentence = [&](const std::string& what, const std::string& descr) {
    return "holds " + what + std::string(tail).replace(tail.find("{}"), 2, descr);
  };
  EXPECT_EQ(error(npy(dict("|O", "(1,)"), "x")), sentence("Python objects", "|O"));
  EXPECT_EQ(error(npy(dict("<U5", "(1,)"), "x")), sentence("text", "<U5"));
  EXPECT_EQ(error(npy(dict("<c8", "(1,)"), "12345678")), sentence("complex numbers", "<c8"));
  EXPECT_EQ(error(npy(dict("<f16", "(1,)"), "x")), sentence("numbers of an unknown type", "<f16"));
  EXPECT_EQ(error(npy(dict("", "(1,)"), "x")), sentence("numbers of an unknown type", ""));
  EXPECT_EQ(
      error(npy("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,), }", "12345678")),
      "holds records with named fields (expected an array of plain numbers); save each field as an array of its own");
  EXPECT_EQ(error(npy(dict("<u8", "(1,)"), std::string(8, '\xff'))),
            "holds integers that are too large (expected at most 9223372036854775807 in uint64)");
}

TEST_F(Npy, DamagedHeaders) {
  EXPECT_EQ(error(npy("{'descr': '<f8', 'shape': (1,)}", "")),
            "header is damaged (expected the keys descr, fortran_order and shape, got 2 of them)");
  EXPECT_EQ(error(npy("{'descr': '<f8', 'colour': 1}", "")),
            "header is damaged (expected the keys descr, fortran_order and shape, got 'colour')");
  EXPECT_EQ(error(npy("{'descr': '<f8', 'descr': '<f8'}", "")),
            "header is damaged (expected each key once, got 'descr' twice)");
  EXPECT_EQ(error(npy(dict("<f8", "(-1,)"), "")),
            "header is damaged (expected a size of 0 or more at header byte 51, got '-')");
  EXPECT_EQ(error(npy(dict("<f8", "(4294967296, 4294967296)"), "")),
            "header is damaged (expected a size that fits in 63 bits, got shape [4294967296, 4294967296])");
  EXPECT_EQ(error(npy(dict("<f4", "(0, 4611686018427387904, 4)"), "")),
            "header is damaged (expected a size that fits in 63 bits, got shape [0, 4611686018427387904, 4])");
  std::string axes = "(";
  for (int i = 0; i < 65; ++i) axes += "1, ";
  EXPECT_EQ(error(npy(dict("<f4", axes + ")"), "1234")), "header is damaged (expected at most 64 axes, got 65)");
  EXPECT_EQ(error(npy("['descr']", "")), "header is damaged (expected '{' at header byte 0, got '[')");
  EXPECT_EQ(error(npy("{'descr': '<f8', 'fortran_order': Maybe}", "")),
            "header is damaged (expected True or False at header byte 34, got 'M')");
}

TEST_F(Npy, WhatIsWrittenIsReadBack) {
  for (const auto type :
       {at::kHalf, at::kFloat, at::kDouble, at::kChar, at::kShort, at::kInt, at::kLong, at::kByte, at::kBool})
    for (const std::vector<int64_t>& shape : {std::vector<int64_t>{}, {1}, {0}, {3, 1}, {2, 3, 4}}) {
      const at::Tensor values = at::zeros(shape).add(1).cumsum(-1).to(type);
      write_npy(path(), values);
      EXPECT_TRUE(open_npy(path()).values.equal(values)) << c10::toString(type);
    }
  const at::Tensor turned = at::arange(6, at::kDouble).reshape({2, 3}).t();
  write_npy(path(), turned);
  EXPECT_TRUE(open_npy(path()).values.equal(turned));
}

TEST_F(Npy, WrittenHeaderIsNumpys) {
  write_npy(path(), at::zeros({2, 3}));
  EXPECT_EQ(read_text(path()), npy(dict("<f4", "(2, 3)"), std::string(24, '\0')));
  write_npy(path(), at::zeros({5}, at::kDouble));
  EXPECT_EQ(read_text(path()), npy(dict("<f8", "(5,)"), std::string(40, '\0')));
}

TEST_F(Npy, WhatCannotBeWritten) {
  EXPECT_EQ(error_of([&] { write_npy(path(), at::zeros({1}, at::kComplexFloat)); }),
            path().string() +
                ": a .npy file cannot hold this tensor (expected float16/32/64, int8 to int64, uint8 or bool, "
                "got ComplexFloat)");
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_EQ(error_of([] { write_npy("/nowhere/a.npy", at::zeros({1})); }),
            "/nowhere/a.npy: cannot be written (No such file or directory)");
}

/// Memory of the process's own, without file pages, in KiB.
int64_t own_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("RssAnon:", 0) == 0) return std::stoll(line.substr(8));
  return -1;
}

TEST_F(Npy, MappedGigabyteCostsNoMemory) {
  if (own_memory_kib() < 0) GTEST_SKIP() << "needs /proc/self/status with RssAnon";
  const int64_t rows = 70000, samples = 1920;
  write_atomic(path(), npy(dict("<f8", "(70000, 1920)"), ""));
  const auto header = static_cast<int64_t>(std::filesystem::file_size(path()));
  ASSERT_EQ(::truncate(path().c_str(), header + rows * samples * 8), 0);  // sparse: takes no disk either
  const int64_t before = own_memory_kib();
  const at::Tensor values = open_npy(path()).values;
  EXPECT_EQ(values[rows - 1].sum().item<double>(), 0);
  EXPECT_EQ(values.sizes(), (std::vector<int64_t>{rows, samples}));
  EXPECT_LT(own_memory_kib() - before, 4096);
}

}  // namespace
}  // namespace lathe
