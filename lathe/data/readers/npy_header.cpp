/// Magic, version and length, then a Python dict literal with three known keys.
#include "lathe/data/readers/npy_header.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "lathe/base/errors.h"

namespace lathe {

namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// Reads the dict literal from front to back.
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}

  bool take(char wanted) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    check(take(wanted), "header is damaged (expected '{}' at header byte {}, got {})", wanted, at_, here());
  }

  std::string string() {
    skip_spaces();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    check(quote == '\'' || quote == '"', "header is damaged (expected a quoted word at header byte {}, got {})", at_,
          here());
    const size_t end = text_.find(quote, at_ + 1);
    check(end != std::string_view::npos, "header is damaged (expected a closing quote, got the header's end)");
    const std::string word(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return word;
  }
  bool boolean() {
    skip_spaces();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")})
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    fail("header is damaged (expected True or False at header byte {}, got {})", at_, here());
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> values;
    expect('(');
    while (!take(')')) {
      values.push_back(number());
      if (take('L')) continue;  // Python 2 wrote long integers as 3L
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }
  bool at_list() {
    skip_spaces();
    return at_ < text_.size() && text_[at_] == '[';
  }

 private:
  int64_t number() {
    take(',');
    skip_spaces();
    int64_t value = 0;
    const char* end = text_.data() + text_.size();
    const auto result = std::from_chars(text_.data() + at_, end, value);
    check(result.ec == std::errc() && value >= 0,
          "header is damaged (expected a size of 0 or more at header byte {}, got {})", at_, here());
    at_ = static_cast<size_t>(result.ptr - text_.data());
    return value;
  }
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  /// What stands at the current place, fit for a sentence.
  std::string here() const {
    if (at_ >= text_.size()) return "the header's end";
    const char found = text_[at_];
    return found >= ' ' && found <= '~' ? fmt::format("'{}'", found)
                                        : fmt::format("byte {}", static_cast<unsigned char>(found));
  }

  std::string_view text_;
  size_t at_ = 0;
};

NpyHeader parse_dict(std::string_view text) {
  Literal literal(text);
  NpyHeader header;
  std::vector<std::string> seen;
  literal.expect('{');
  while (!literal.take('}')) {
    const std::string key = literal.string();
    literal.expect(':');
    if (key == "descr") {
      check(!literal.at_list(),
            "holds records with named fields (expected an array of plain numbers); save each field as an array of its "
            "own");
      header.descr = literal.string();
    } else if (key == "fortran_order") {
      header.fortran_order = literal.boolean();
    } else if (key == "shape") {
      header.shape = literal.tuple();
    } else {
      fail("header is damaged (expected the keys descr, fortran_order and shape, got '{}')", key);
    }
    check(std::find(seen.begin(), seen.end(), key) == seen.end(),
          "header is damaged (expected each key once, got '{}' twice)", key);
    seen.push_back(key);
    if (!literal.take(',')) {
      literal.expect('}');
      break;
    }
  }
  check(seen.size() == 3, "header is damaged (expected the keys descr, fortran_order and shape, got {} of them)",
        seen.size());
  return header;
}

}  // namespace

NpyHeader parse_npy_header(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  check(text.substr(0, magic.size()) == magic,
        "is not a .npy file (expected the magic word \\x93NUMPY at its start, got {})",
        text.empty() ? "an empty file" : "other bytes");
  const auto byte = [&](size_t at) { return static_cast<size_t>(static_cast<unsigned char>(text[at])); };
  check(text.size() >= 10, "file is cut short (expected at least 10 bytes of header, got {})", text.size());
  const size_t major = byte(6), minor = byte(7);
  check(major >= 1 && major <= 3 && minor == 0, "format version is unknown (expected 1.0, 2.0 or 3.0, got {}.{})",
        major, minor);
  const size_t start = major == 1 ? 10 : 12;
  check(text.size() >= start, "file is cut short (expected at least {} bytes of header, got {})", start, text.size());
  size_t length = byte(8) | byte(9) << 8;
  if (major > 1) length |= byte(10) << 16 | byte(11) << 24;
  check(text.size() - start >= length, "file is cut short (expected {} bytes of header, got {})", start + length,
        text.size());
  NpyHeader header = parse_dict(text.substr(start, length));
  header.data_offset = start + length;
  return header;
}

}  // namespace lathe
