#include "lathe/base/utf8.h"

namespace lathe {

/// Bytes of the character that `text` begins with; 0 where it is none (overlong forms and surrogates are none).
static size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  const auto follows = [&](size_t at) { return (byte(at) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool fits = (first != 0xE0 || second >= 0xA0) && (first != 0xED || second < 0xA0);
    return fits && follows(1) && follows(2) ? 3 : 0;
  }
  const bool fits =
      first >= 0xF0 && first <= 0xF4 && (first != 0xF0 || second >= 0x90) && (first != 0xF4 || second < 0x90);
  return fits && follows(1) && follows(2) && follows(3) ? 4 : 0;
}

std::string as_utf8(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    result += length == 0 ? "?" : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

}  // namespace lathe
