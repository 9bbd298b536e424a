#include "lathe/data/readers/npy_words.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/utf8.h"
#include "lathe/data/readers/npy.h"
#include "lathe/data/readers/npy_header.h"

namespace lathe {
namespace {

char kind_of(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!accepts_npy(path) || !std::filesystem::is_regular_file(path, ignored)) return '?';
  const MappedFile file(path);
  const std::string descr = within(path.string(), [&] { return parse_npy_header(file.bytes()).descr; });
  return descr.size() > 1 ? descr[1] : '?';
}

/// One axis of items that are `bytes` long each; where they begin.
const std::byte* items_of(const MappedFile& file, const NpyHeader& header, int64_t bytes, int64_t& count) {
  const bool column = header.shape.size() == 2 && header.shape[1] == 1;
  check(header.shape.size() == 1 || column, "has {} axes (expected 1, one a row)", header.shape.size());
  count = header.shape[0];
  const auto there = static_cast<int64_t>(file.bytes().size() - header.data_offset);
  check(bytes > 0 && count <= there / bytes && count * bytes == there,
        "{} (expected {} items of {} bytes, got {} bytes)",
        count > there / std::max<int64_t>(1, bytes) ? "file is cut short" : "bytes follow the array", count, bytes,
        there);
  return file.bytes().data() + header.data_offset;
}

int64_t number_in(std::string_view text) {
  int64_t value = -1;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() ? value : -1;
}

void append_utf8(std::string& word, uint32_t point) {
  const auto add = [&](uint32_t byte) { word += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    add(0xe0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3f));
  } else {
    add(0xf0 | (point >> 18 & 0x07));
    add(0x80 | (point >> 12 & 0x3f));
    add(0x80 | (point >> 6 & 0x3f));
  }
  add(0x80 | (point & 0x3f));
}

/// Items of UTF-32, filled up with zeros.
std::string wide_word(const std::byte* item, int64_t letters, bool swapped) {
  std::string word;
  for (int64_t i = 0; i < letters; ++i) {
    unsigned char bytes[4];
    std::memcpy(bytes, item + 4 * i, 4);
    if (swapped) std::reverse(bytes, bytes + 4);
    uint32_t point = 0;
    std::memcpy(&point, bytes, 4);
    if (point == 0) break;
    append_utf8(word, point);
  }
  return word;
}

/// How many of the unit a second has; 0 for one that is not read.
double in_a_second(std::string_view unit) {
  return unit == "s" ? 1 : unit == "ms" ? 1e3 : unit == "us" ? 1e6 : unit == "ns" ? 1e9 : 0;
}

}  // namespace

bool holds_words(const std::filesystem::path& path) {
  const char kind = kind_of(path);
  return kind == 'U' || kind == 'S';
}

bool holds_dates(const std::filesystem::path& path) {
  return kind_of(path) == 'M';
}

std::vector<std::string> read_words(const std::filesystem::path& path) {
  const MappedFile file(path);
  return within(path.string(), [&] {
    const NpyHeader header = parse_npy_header(file.bytes());
    const bool wide = header.descr[1] == 'U';
    const int64_t letters = number_in(std::string_view(header.descr).substr(2));
    check(letters > 0 && letters <= 1 << 20, "header is damaged (expected words of some letters, got dtype '{}')",
          header.descr);
    int64_t count = 0;
    const int64_t bytes = wide ? 4 * letters : letters;
    const std::byte* item = items_of(file, header, bytes, count);
    std::vector<std::string> words;
    for (int64_t row = 0; row < count; ++row, item += bytes) {
      const char* narrow = reinterpret_cast<const char*>(item);
      words.push_back(as_utf8(wide ? wide_word(item, letters, header.descr[0] == '>')
                                   : std::string(narrow, std::find(narrow, narrow + letters, '\0'))));
    }
    return words;
  });
}

at::Tensor read_dates(const std::filesystem::path& path) {
  const MappedFile file(path);
  return within(path.string(), [&] {
    const NpyHeader header = parse_npy_header(file.bytes());
    const std::string& descr = header.descr;  // "<M8[ns]"
    const double second = descr.size() > 5 && descr.substr(1, 3) == "M8[" && descr.back() == ']'
                              ? in_a_second(std::string_view(descr).substr(4, descr.size() - 5))
                              : 0;
    check(second > 0, "holds dates of another unit (expected s, ms, us or ns, got dtype '{}')", descr);
    int64_t count = 0;
    const std::byte* item = items_of(file, header, 8, count);
    at::Tensor dates = at::empty({count}, at::TensorOptions().dtype(at::kDouble));
    auto* to = dates.mutable_data_ptr<double>();
    for (int64_t row = 0; row < count; ++row, item += 8) {
      unsigned char bytes[8];
      std::memcpy(bytes, item, 8);
      if (descr[0] == '>') std::reverse(bytes, bytes + 8);
      int64_t date = 0;
      std::memcpy(&date, bytes, 8);
      check(date != std::numeric_limits<int64_t>::min(), "row {} has no date (NaT)", row);
      // Whole seconds apart: nanoseconds since 1970 have more digits than a double.
      const auto whole = static_cast<int64_t>(second);
      to[row] = static_cast<double>(date / whole) + static_cast<double>(date % whole) / second;
    }
    return dates;
  });
}

}  // namespace lathe
