#include "lathe/data/readers/idx.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/data/readers/gzip.h"

namespace lathe {

namespace {

struct Item {
  int code;
  std::string_view name;
  at::ScalarType type;
  int64_t bytes;
};

constexpr Item items[] = {{0x08, "uint8", at::kByte, 1},    {0x09, "int8", at::kChar, 1},
                          {0x0b, "int16", at::kShort, 2},   {0x0c, "int32", at::kInt, 4},
                          {0x0d, "float32", at::kFloat, 4}, {0x0e, "float64", at::kDouble, 8}};

struct Header {
  Item item = {};
  std::vector<int64_t> shape;
  int64_t offset = 0;  ///< of the first number
  int64_t bytes = 0;   ///< of all numbers
  std::string described() const { return fmt::format("{} [{}]", item.name, fmt::join(shape, ", ")); }
};

using Fill = std::function<size_t(std::span<std::byte>)>;

template <size_t Count>
std::array<int, Count> take(const Fill& fill) {
  std::array<std::byte, Count> bytes = {};
  const size_t got = fill(bytes);
  check(got == Count, "file is cut short (expected {} more bytes of header, got {})", Count, got);
  std::array<int, Count> numbers = {};
  std::transform(bytes.begin(), bytes.end(), numbers.begin(), [](std::byte one) { return static_cast<int>(one); });
  return numbers;
}

Header parse_header(const Fill& fill) {
  const std::array<int, 4> magic = take<4>(fill);
  check(magic[0] == 0 && magic[1] == 0, "is not an IDX file (expected two zero bytes at its start, got {:02x} {:02x})",
        magic[0], magic[1]);
  const auto* item =
      std::find_if(std::begin(items), std::end(items), [&](const Item& one) { return one.code == magic[2]; });
  check(item != std::end(items),
        "IDX type is unknown (expected 08 uint8, 09 int8, 0b int16, 0c int32, 0d float32 or 0e float64, got {:02x})",
        magic[2]);
  check(magic[3] >= 1 && magic[3] <= 4, "IDX array has {} axes (expected 1 to 4)", magic[3]);
  Header header{*item, {}, 4 + 4 * magic[3], item->bytes};
  bool empty = false;
  for (int axis = 0; axis < magic[3]; ++axis) {
    const std::array<int, 4> b = take<4>(fill);
    header.shape.push_back(int64_t{b[0]} << 24 | int64_t{b[1]} << 16 | int64_t{b[2]} << 8 | b[3]);
    empty = empty || header.shape.back() == 0;
    // An axis of size 0 must not hide sizes beside it that no tensor can have.
    check(!__builtin_mul_overflow(header.bytes, std::max<int64_t>(1, header.shape.back()), &header.bytes),
          "header is damaged (expected a size that fits in 63 bits, got shape [{}])", fmt::join(header.shape, ", "));
  }
  if (empty) header.bytes = 0;
  return header;
}

void check_size(const Header& header, int64_t there) {
  check(there == header.bytes, "{} (expected {} bytes for {}, got {})",
        there < header.bytes ? "file is cut short" : "bytes follow the array", header.bytes, header.described(), there);
}

/// IDX is big-endian, this machine is not.
void swap_bytes(std::byte* data, int64_t bytes, int64_t item) {
  for (int64_t at = 0; item > 1 && at < bytes; at += item) std::reverse(data + at, data + at + item);
}

at::Tensor unpacked(std::span<const std::byte> file) {
  Gunzip stream(file);
  const Header header = parse_header([&](std::span<std::byte> to) { return stream.read(to); });
  check(header.bytes / most_bytes_a_deflated_byte <= static_cast<int64_t>(file.size()),
        "file is cut short (expected {} bytes for {}, which {} compressed bytes cannot hold)", header.bytes,
        header.described(), file.size());
  at::Tensor values = at::empty(header.shape, at::TensorOptions().dtype(header.item.type));
  auto* data = static_cast<std::byte*>(values.mutable_data_ptr());
  const auto wanted = static_cast<size_t>(header.bytes);
  const size_t got = wanted == 0 ? 0 : stream.read({data, wanted});
  check_size(header, static_cast<int64_t>(got));
  std::byte behind = {};
  check(stream.read({&behind, 1}) == 0, "bytes follow the array (expected {} bytes for {}, got more)", header.bytes,
        header.described());
  swap_bytes(data, header.bytes, header.item.bytes);
  return values;
}

at::Tensor mapped(const std::shared_ptr<MappedFile>& file) {
  std::span<const std::byte> rest = file->bytes();
  const Header header = parse_header([&](std::span<std::byte> to) {
    const size_t length = std::min(to.size(), rest.size());
    std::copy_n(rest.begin(), length, to.begin());
    rest = rest.subspan(length);
    return length;
  });
  check_size(header, static_cast<int64_t>(rest.size()));
  const at::TensorOptions options = at::TensorOptions().dtype(header.item.type);
  if (header.item.bytes == 1 && header.bytes > 0)
    return at::from_blob(const_cast<std::byte*>(rest.data()), header.shape, [file](void*) {}, options);
  at::Tensor values = at::empty(header.shape, options);
  auto* data = static_cast<std::byte*>(values.mutable_data_ptr());
  std::copy(rest.begin(), rest.end(), data);
  swap_bytes(data, header.bytes, header.item.bytes);
  return values;
}

}  // namespace

bool accepts_idx(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".idx")) return true;
  for (const char* mark : {"-idx", ".idx"}) {
    const size_t at = name.rfind(mark);
    if (at != name.npos && at + 4 < name.size() && name[at + 4] >= '1' && name[at + 4] <= '4') return true;
  }
  return false;
}

Array open_idx(const std::filesystem::path& path) {
  const auto file = std::make_shared<MappedFile>(path);
  return within(path.string(), [&]() -> Array {
    const at::Tensor values = is_gzip(file->bytes()) ? unpacked(file->bytes()) : mapped(file);
    const bool grey = values.dim() == 3 && values.scalar_type() == at::kByte;
    return {grey ? values.unsqueeze(1) : values};
  });
}

}  // namespace lathe
