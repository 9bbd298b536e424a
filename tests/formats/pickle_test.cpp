/// The pickle reader: plain values of every protocol, names refused before anything is done with them, and programs
/// that no pickler writes.
#include "lathe/formats/pickle.h"

#include "lathe/base/rng.h"
#include "tests/formats/zip_writer.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace std::string_literals;
using test::error_of;
using test::little;
using Kind = PickleValue::Kind;

const std::string kAdvice =
    "lathe reads state dicts only, because a pickle can run code; in Python: torch.save(model.state_dict(), path)";

/// Reads protocol 2 with these opcodes between its first and its last byte; one name is allowed.
Pickle read(const std::string& bytes) {
  return read_pickle(bytes, 100, {"torch.Size"});
}
std::string complaint(const std::string& opcodes) {
  const std::string bytes = "\x80\x02" + opcodes;
  return error_of([&] { read(bytes); });
}

TEST(Pickle, ReadsNumbers) {
  const std::string bytes =
      "\x80\x02(J\xfe\xff\xff\xffK\xffM\x01\x02\x8a\x02\x00\xff\x8a\x09\0\0\0\0\0\0\0\0\x01\x88"s
      "G\0\0\0\0\0\0\0\0\x8a\x00\x8a\x01\xfft."s;
  const Pickle pickle = read(bytes);
  const PickleValue& root = pickle[pickle.root];
  ASSERT_EQ(root.kind, Kind::tuple);
  std::vector<int64_t> numbers;
  for (const uint32_t item : root.items) numbers.push_back(pickle[item].whole);
  EXPECT_EQ(numbers, (std::vector<int64_t>{-2, 255, 513, -256, 0, 1, 0, 0, -1}));
  EXPECT_EQ(pickle[root.items[4]].kind, Kind::real);  // 2^64 does not fit
  EXPECT_EQ(pickle[root.items[5]].kind, Kind::boolean);
  EXPECT_EQ(pickle[root.items[6]].kind, Kind::real);
}

TEST(Pickle, ReadsContainersAndRemembersThem) {
  const std::string bytes =
      "\x80\x02}q\0(X\1\0\0\0a]q\1(K\1K\2eX\1\0\0\0bh\1X\1\0\0\0cccollections\nOrderedDict\n)Ru."s;
  const Pickle pickle = read(bytes);
  const PickleValue& root = pickle[pickle.root];
  ASSERT_EQ(root.kind, Kind::dict);
  EXPECT_EQ(pickle.find(root, "a")->items.size(), 2U);
  EXPECT_EQ(pickle.find(root, "a"), pickle.find(root, "b"));
  EXPECT_EQ(pickle.find(root, "c")->kind, Kind::dict);
  EXPECT_EQ(pickle.find(root, "d"), nullptr);
}

TEST(Pickle, ReadsProtocolFour) {
  const std::string bytes =
      "\x80\x04\x95\x2a\0\0\0\0\0\0\0\x8c\x05torch\x94\x8c\x04Size\x94\x93\x94\x8f\x94(K\1K\2\x90\x85\x94R\x94."s;
  const Pickle pickle = read(bytes);
  EXPECT_EQ(pickle[pickle.root].kind, Kind::call);
  EXPECT_EQ(pickle[pickle.root].text, "torch.Size");
}

TEST(Pickle, AListMayHoldItself) {
  const std::string bytes = "\x80\x02]q\0h\0a."s;
  const Pickle pickle = read(bytes);
  EXPECT_EQ(pickle[pickle.root].items, (std::vector<uint32_t>{pickle.root}));
}

TEST(Pickle, AnyOtherNameIsRefusedWithoutACall) {
  EXPECT_EQ(complaint("cposix\nsystem\nX\4\0\0\0true\x85R."s),
            "byte 102: this is a whole pickled object of class 'posix.system'; " + kAdvice);
  EXPECT_EQ(complaint("}X\4\0\0\0bestcnumpy\nfloat64\n."s),
            "byte 112: entry 'best' holds 'numpy.float64' (expected tensors, numbers, text and containers of them); " +
                kAdvice);
  EXPECT_EQ(complaint("X\2\0\0\0osX\6\0\0\0system\x93."s),
            "byte 120: this is a whole pickled object of class 'os.system'; " + kAdvice);
  EXPECT_EQ(complaint("ca\nb\033[2J\n."s), "byte 102: this is a whole pickled object of class 'a.b?[2J'; " + kAdvice);
  EXPECT_EQ(complaint("c" + std::string(200, 'x') + "\ny\n."),
            "byte 102: this is a whole pickled object of class '" + std::string(80, 'x') + "…'; " + kAdvice);
}

TEST(Pickle, OpcodesThatMakeObjectsAreRefused) {
  for (const char opcode : "\x81\x92io\x82\x83\x84\x97P"s)
    EXPECT_EQ(complaint(std::string(1, opcode)), fmt::format("byte 102: opcode {:#04x} makes objects or is unknown; {}",
                                                             static_cast<uint8_t>(opcode), kAdvice));
  EXPECT_EQ(complaint("ctorch\nSize\n)b."), "byte 115: the pickle gives attributes to what is not an OrderedDict");
  EXPECT_EQ(complaint("K\1)R."), "byte 105: the pickle calls what is not a function");
  EXPECT_EQ(complaint("ctorch\nSize\nK\1R."), "byte 116: the pickle calls 'torch.Size' without a tuple of arguments");
  EXPECT_EQ(complaint("ccollections\nOrderedDict\n]\x85R."),
            "byte 129: the pickle makes an OrderedDict out of arguments");
}

TEST(Pickle, NoProgramTakesWhatIsNotThere) {
  const auto empty = "the pickle takes a value where there is none"s;
  for (const std::string& program :
       {"0"s, "2"s, "a"s, "R"s, "b"s, "q\0"s, "Q"s, "\x85"s, "\x93"s, "(0"s, "K\1(0"s, "K\1(a"s})
    EXPECT_NE(complaint(program + ".").find(empty), std::string::npos) << program;
  EXPECT_EQ(complaint("e."), "byte 102: the pickle goes back to a mark where there is none");
  EXPECT_EQ(complaint("."), "byte 102: the pickle ends with 0 values (expected 1)");
  EXPECT_EQ(complaint("NN."), "byte 104: the pickle ends with 2 values (expected 1)");
  EXPECT_EQ(complaint("N(."), "byte 104: the pickle ends with 1 values (expected 1)");
  EXPECT_EQ(complaint("h\7."), "byte 102: the pickle recalls value 7, which it never remembered");
  EXPECT_EQ(complaint("Nr\xff\xff\xff\xff."),
            "byte 103: the pickle remembers a value under number 4294967295 (expected below 2000000)");
  EXPECT_EQ(complaint("K\1(K\2e."), "byte 107: the pickle adds elements to what does not take them");
  EXPECT_EQ(complaint("}(K\2u."), "byte 106: a dict has a key without a value");
}

TEST(Pickle, LengthsAreHeldAgainstTheFile) {
  EXPECT_EQ(complaint("X\xff\xff\xff\xff"),
            "byte 102: the pickle is cut short (4294967295 bytes are wanted, 0 are left)");
  EXPECT_EQ(complaint("\x8d" + little<uint64_t>(UINT64_MAX) + "."),
            "byte 102: the pickle is cut short (18446744073709551615 bytes are wanted, 1 are left)");
  EXPECT_EQ(complaint("N"), "byte 103: the pickle is cut short (1 bytes are wanted, 0 are left)");
  EXPECT_EQ(complaint("cno end"), "byte 102: the pickle is cut short (a name does not end)");
  EXPECT_EQ(complaint("\x80\x07."), "byte 102: the pickle is of protocol 7 (expected 2 to 5)");
}

TEST(Pickle, BombsStaySmall) {
  std::string deep(1'000'000, '(');
  EXPECT_EQ(complaint(deep + "."), "byte 1000102: the pickle ends with 0 values (expected 1)");
  std::string nested = "]";
  for (int i = 0; i < 1'000'000; ++i) nested += "\x85";
  EXPECT_EQ(complaint(nested + "."), "(no error)");
  EXPECT_EQ(complaint(std::string(2'000'001, ']') + "."), "byte 2000102: the pickle holds more than 2000000 values");
  std::string doubled = "]q\0"s;  // every list holds the one before twice: 2^1000 elements for who would unfold it
  for (int i = 0; i < 1000; ++i) doubled += "]q\1(h\0h\0eq\0"s;
  EXPECT_NE(complaint(doubled + "."), "(no error)");  // more than one value is left
  std::string tuples = "]q\0"s;
  for (int i = 0; i < 1000; ++i) tuples += "2\x86"s;
  EXPECT_EQ(complaint(tuples + "."), "(no error)");
}

TEST(Pickle, AnyProgramEndsInASentence) {
  Rng rng(7);
  const std::string letters =
      "\x80.\x95(012N])}\x8fl d\x91t\x85\x86\x87Qaesu\x90\x88\x89KMJ\x8a\x8bGUTX\x8c"
      "CB\x8eqr\x94hjc\x93Rb\0\1\2"s;
  int refused = 0;
  for (int trial = 0; trial < 50'000; ++trial) {
    std::string program;
    for (int64_t i = rng.below(40); i >= 0; --i)
      program += letters[static_cast<size_t>(rng.below(static_cast<int64_t>(letters.size())))];
    refused += complaint(program + ".") != "(no error)";
  }
  EXPECT_GT(refused, 30'000);
}

}  // namespace
}  // namespace lathe
