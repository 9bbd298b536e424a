#include "lathe/formats/zip_archive.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "lathe/base/errors.h"

namespace lathe {
namespace {

static_assert(std::endian::native == std::endian::little, "zip numbers are little-endian; this code copies them");

constexpr std::string_view kEnd("PK\5\6"), kEnd64("PK\6\6"), kLocator64("PK\6\7");
constexpr std::string_view kDirectoryEntry("PK\1\2"), kLocalHeader("PK\3\4");
constexpr uint32_t kIn64 = 0xffffffff;  // the value stands in the zip64 field instead

/// The little-endian number at byte `at`. @throws Error when the archive ends before
template <class Number>
Number number(std::string_view bytes, uint64_t at) {
  check(at <= bytes.size() && bytes.size() - at >= sizeof(Number), "byte {}: the zip archive is cut short", at);
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool begins(std::string_view bytes, uint64_t at, std::string_view mark) {
  return at <= bytes.size() && bytes.substr(at, mark.size()) == mark;
}

std::string_view cut(std::string_view bytes, uint64_t at, uint64_t size) {
  check(at <= bytes.size() && size <= bytes.size() - at, "byte {}: the zip archive is cut short", at);
  return bytes.substr(at, size);
}

struct Directory {
  uint64_t begin = 0, size = 0, count = 0;
  uint64_t record = 0;  ///< where what describes the directory begins: it ends before
};

Directory find_directory(std::string_view bytes) {
  size_t end = bytes.rfind(kEnd);
  // The mark may also stand in a comment: the real one says how far it is to the end.
  while (end != bytes.npos && (bytes.size() - end < 22 || number<uint16_t>(bytes, end + 20) != bytes.size() - end - 22))
    end = end == 0 ? bytes.npos : bytes.rfind(kEnd, end - 1);
  check(end != bytes.npos, "the zip archive has no directory at its end; the file is cut short");
  if (end < 20 || !begins(bytes, end - 20, kLocator64))
    return {number<uint32_t>(bytes, end + 16), number<uint32_t>(bytes, end + 12), number<uint16_t>(bytes, end + 10),
            end};
  const auto at = number<uint64_t>(bytes, end - 12);
  check(begins(bytes, at, kEnd64), "byte {}: no zip64 record stands where byte {} says", at, end - 12);
  return {number<uint64_t>(bytes, at + 48), number<uint64_t>(bytes, at + 40), number<uint64_t>(bytes, at + 32), at};
}

/// Replaces those of the three values that did not fit in 32 bits.
void read_zip64(std::string_view extra, uint64_t* size, uint64_t* packed, uint64_t* header) {
  while (extra.size() >= 4) {
    const auto kind = number<uint16_t>(extra, 0);
    std::string_view field = cut(extra, 4, number<uint16_t>(extra, 2));
    extra.remove_prefix(4 + field.size());
    if (kind != 1) continue;
    for (uint64_t* value : {size, packed, header}) {
      if (*value != kIn64) continue;
      *value = number<uint64_t>(field, 0);
      field.remove_prefix(8);
    }
  }
}

using CrcTables = std::array<std::array<uint32_t, 256>, 8>;
constexpr CrcTables crc_tables() {
  CrcTables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
    tables[0][byte] = crc;
  }
  for (size_t byte = 0; byte < 256; ++byte)
    for (size_t ahead = 1; ahead < 8; ++ahead)
      tables[ahead][byte] = (tables[ahead - 1][byte] >> 8) ^ tables[0][tables[ahead - 1][byte] & 0xff];
  return tables;
}
constexpr CrcTables kCrc = crc_tables();

/// The checksum of zip and gzip, eight bytes a step: a byte a step would take longer than reading the file.
uint32_t crc32(std::string_view bytes) {
  uint32_t crc = 0xffffffff;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    word ^= crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i) crc ^= kCrc[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (const char byte : bytes) crc = (crc >> 8) ^ kCrc[0][(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  return ~crc;
}

}  // namespace

ZipArchive::ZipArchive(std::string_view bytes) : bytes_(bytes) {
  const Directory directory = find_directory(bytes);
  uint64_t end = 0;
  check(!__builtin_add_overflow(directory.begin, directory.size, &end) && end <= directory.record,
        "byte {}: the zip directory is said to be {} bytes from byte {} on, which is not inside the archive",
        directory.record, directory.size, directory.begin);
  uint64_t count = 0;
  for (uint64_t at = directory.begin; at < end; ++count) {
    check(begins(bytes, at, kDirectoryEntry), "byte {}: no entry of the zip directory stands here", at);
    ZipEntry entry;
    entry.encrypted = (number<uint16_t>(bytes, at + 8) & 1) != 0;
    entry.method = number<uint16_t>(bytes, at + 10);
    entry.crc = number<uint32_t>(bytes, at + 16);
    uint64_t packed = number<uint32_t>(bytes, at + 20);
    entry.size = number<uint32_t>(bytes, at + 24);
    entry.header = number<uint32_t>(bytes, at + 42);
    const uint64_t name_size = number<uint16_t>(bytes, at + 28), extra_size = number<uint16_t>(bytes, at + 30);
    read_zip64(cut(bytes, at + 46 + name_size, extra_size), &entry.size, &packed, &entry.header);
    add(std::string(cut(bytes, at + 46, name_size)), entry, packed, directory.begin);
    at += 46 + name_size + extra_size + number<uint16_t>(bytes, at + 32);
  }
  check(count == directory.count, "byte {}: the zip directory is said to hold {} entries, but it holds {}",
        directory.begin, directory.count, count);
  check_overlap();
}

/// Finds the entry's data, which stand behind a header of their own.
void ZipArchive::add(std::string name, ZipEntry entry, uint64_t packed_size, uint64_t directory) {
  check(begins(bytes_, entry.header, kLocalHeader), "byte {}: no header of the zip entry '{}' stands here",
        entry.header, name);
  const uint64_t name_size = number<uint16_t>(bytes_, entry.header + 26);
  check(cut(bytes_, entry.header + 30, name_size) == name,
        "byte {}: the header of the zip entry '{}' bears another name", entry.header, name);
  entry.begin = entry.header + 30 + name_size + number<uint16_t>(bytes_, entry.header + 28);
  check(entry.begin <= directory && packed_size <= directory - entry.begin,
        "byte {}: the zip entry '{}' is said to have {} bytes, more than there are", entry.begin, name, packed_size);
  check(entry.method != 0 || entry.size == packed_size,
        "byte {}: the zip entry '{}' is stored as it is, but has {} bytes here and {} unpacked", entry.begin, name,
        packed_size, entry.size);
  if (entry.method != 0) entry.size = packed_size;
  check(entries_.emplace(name, entry).second, "byte {}: the zip entry '{}' is there twice", entry.header, name);
}

/// Entries over one another would let a small file claim many times its size.
void ZipArchive::check_overlap() const {
  std::vector<const ZipEntry*> order;
  for (const auto& [name, entry] : entries_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const ZipEntry* a, const ZipEntry* b) { return a->header < b->header; });
  for (size_t i = 1; i < order.size(); ++i)
    check(order[i - 1]->begin + order[i - 1]->size <= order[i]->header, "byte {}: two zip entries lie over one another",
          order[i]->header);
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

std::string_view ZipArchive::data(const std::string& name, const ZipEntry& entry) const {
  check(!entry.encrypted, "byte {}: the zip entry '{}' is encrypted", entry.header, name);
  check(entry.method == 0,
        "byte {}: the zip entry '{}' is compressed (expected entries stored as they are, as torch.save writes them)",
        entry.header, name);
  const std::string_view data = bytes_.substr(entry.begin, entry.size);
  // torch.save writes 0 when told to compute none (set_crc32_options).
  check(entry.crc == 0 || crc32(data) == entry.crc,
        "byte {}: the zip entry '{}' is damaged: its checksum does not match", entry.begin, name);
  return data;
}

}  // namespace lathe
