/// Zip archives for tests, byte by byte: whole ones, and ones with any field set wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lathe::test {

template <class Number>
std::string little(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline uint32_t slow_crc32(std::string_view bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

struct ZipItem {
  std::string name, data;
  uint16_t method = 0, flags = 0;
};

inline std::string zip_of(const std::vector<ZipItem>& items) {
  std::string body, directory;
  for (const ZipItem& item : items) {
    const std::string facts = little<uint16_t>(20) + little(item.flags) + little(item.method) + little<uint32_t>(0) +
                              little(slow_crc32(item.data)) + little(static_cast<uint32_t>(item.data.size())) +
                              little(static_cast<uint32_t>(item.data.size())) +
                              little(static_cast<uint16_t>(item.name.size()));
    directory += "PK\1\2" + little<uint16_t>(20) + facts + std::string(12, '\0') +
                 little(static_cast<uint32_t>(body.size())) + item.name;
    body += "PK\3\4" + facts + little<uint16_t>(0) + item.name + item.data;
  }
  const auto count = static_cast<uint16_t>(items.size());
  return body + directory + "PK\5\6" + std::string(4, '\0') + little(count) + little(count) +
         little(static_cast<uint32_t>(directory.size())) + little(static_cast<uint32_t>(body.size())) +
         little<uint16_t>(0);
}

/// `text` with `count` bytes from `at` on replaced.
inline std::string patched(std::string text, size_t at, std::string_view bytes) {
  return text.replace(at, bytes.size(), bytes);
}

}  // namespace lathe::test
