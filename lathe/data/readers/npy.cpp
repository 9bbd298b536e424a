/// Maps .npy files into tensors and writes tensors as .npy files.
#include "lathe/data/readers/npy.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/data/readers/npy_header.h"

namespace lathe {

namespace {

/// A numeric type as NumPy spells it, as it lies in the file, and as lathe keeps it.
struct Item {
  std::string_view code;  ///< without the byte order
  at::ScalarType stored;
  at::ScalarType kept;  ///< LibTorch has no arithmetic for wide unsigned integers
  int64_t bytes;
};

constexpr Item items[] = {
    {"f2", at::kHalf, at::kHalf, 2}, {"f4", at::kFloat, at::kFloat, 4}, {"f8", at::kDouble, at::kDouble, 8},
    {"i1", at::kChar, at::kChar, 1}, {"i2", at::kShort, at::kShort, 2}, {"i4", at::kInt, at::kInt, 4},
    {"i8", at::kLong, at::kLong, 8}, {"u1", at::kByte, at::kByte, 1},   {"u2", at::kShort, at::kInt, 2},
    {"u4", at::kInt, at::kLong, 4},  {"u8", at::kLong, at::kLong, 8},   {"b1", at::kByte, at::kBool, 1},
};

const Item& item_of(const std::string& descr) {
  const std::string_view code = descr.size() == 3 ? std::string_view(descr).substr(1) : std::string_view();
  for (const Item& item : items)
    if (item.code == code && std::string_view("<>|=").find(descr[0]) != std::string_view::npos) return item;
  const char kind = descr.size() > 1 ? descr[1] : '?';
  const std::string_view what = kind == 'O'                  ? "Python objects"
                                : kind == 'U' || kind == 'S' ? "text"
                                : kind == 'c'                ? "complex numbers"
                                : kind == 'M' || kind == 'm' ? "dates"
                                                             : "numbers of an unknown type";
  fail(
      "holds {} (expected float16/32/64, int8 to int64, uint8 to uint64 or bool, got dtype '{}'); save it as plain "
      "numbers",
      what, descr);
}

constexpr size_t most_axes = 64;  // what LibTorch can index

/// Bytes that the array takes. @throws Error when they do not fit in 63 bits, whatever axis of size 0 stands beside.
int64_t bytes_of(const NpyHeader& header, const Item& item) {
  check(header.shape.size() <= most_axes, "header is damaged (expected at most {} axes, got {})", most_axes,
        header.shape.size());
  int64_t bytes = item.bytes;
  bool empty = false;
  for (const int64_t size : header.shape) {
    empty |= size == 0;
    check(!__builtin_mul_overflow(bytes, std::max<int64_t>(1, size), &bytes),
          "header is damaged (expected a size that fits in 63 bits, got shape [{}])", fmt::join(header.shape, ", "));
  }
  return empty ? 0 : bytes;
}

std::vector<int64_t> strides_of(const NpyHeader& header) {
  std::vector<int64_t> strides(header.shape.size());
  int64_t step = 1;
  for (size_t i = 0; i < strides.size(); ++i) {
    const size_t axis = header.fortran_order ? i : strides.size() - 1 - i;
    strides[axis] = step;
    step *= std::max<int64_t>(1, header.shape[axis]);
  }
  return strides;
}

/// The array's bytes in memory of our own, in this machine's (little-endian) order.
at::Tensor copied(const std::byte* data, int64_t bytes, const NpyHeader& header, const Item& item, bool swapped) {
  at::Tensor flat = at::empty({bytes / item.bytes}, at::TensorOptions().dtype(item.stored));
  auto* to = static_cast<std::byte*>(flat.mutable_data_ptr());
  if (bytes > 0) std::memcpy(to, data, static_cast<size_t>(bytes));
  if (swapped)
    for (int64_t at = 0; at < bytes; at += item.bytes) std::reverse(to + at, to + at + item.bytes);
  return flat.as_strided(header.shape, strides_of(header));
}

/// Stored bits to values: the unsigned types came in under the signed type of their width.
at::Tensor widened(const at::Tensor& stored, const Item& item) {
  if (item.code == "b1") return stored.ne(0);
  if (item.code == "u8") {
    check(stored.numel() == 0 || stored.min().item<int64_t>() >= 0,
          "holds integers that are too large (expected at most 9223372036854775807 in uint64)");
    return stored;
  }
  if (item.code == "u2") return stored.to(item.kept).bitwise_and(0xffff);
  if (item.code == "u4") return stored.to(item.kept).bitwise_and(int64_t{0xffffffff});
  return stored;
}

std::string_view descr_of(at::ScalarType type) {
  switch (type) {
    case at::kHalf:
      return "<f2";
    case at::kFloat:
      return "<f4";
    case at::kDouble:
      return "<f8";
    case at::kChar:
      return "|i1";
    case at::kShort:
      return "<i2";
    case at::kInt:
      return "<i4";
    case at::kLong:
      return "<i8";
    case at::kByte:
      return "|u1";
    case at::kBool:
      return "|b1";
    default:
      fail("a .npy file cannot hold this tensor (expected float16/32/64, int8 to int64, uint8 or bool, got {})",
           c10::toString(type));
  }
}

}  // namespace

bool accepts_npy(const std::filesystem::path& path) {
  return path.extension() == ".npy";
}

Array open_npy(const std::filesystem::path& path) {
  const auto file = std::make_shared<MappedFile>(path);
  return within(path.string(), [&]() -> Array {
    const NpyHeader header = parse_npy_header(file->bytes());
    const Item& item = item_of(header.descr);
    const int64_t bytes = bytes_of(header, item);
    const auto there = static_cast<int64_t>(file->bytes().size() - header.data_offset);
    check(there == bytes, "{} (expected {} bytes for {} [{}], got {})",
          there < bytes ? "file is cut short" : "bytes follow the array", bytes, header.descr,
          fmt::join(header.shape, ", "), there);
    const std::byte* data = file->bytes().data() + header.data_offset;
    const bool swapped = header.descr[0] == '>' && item.bytes > 1;
    const bool aligned = header.data_offset % static_cast<size_t>(item.bytes) == 0;
    if (swapped || !aligned || bytes == 0) return {widened(copied(data, bytes, header, item, swapped), item), {}};
    const at::Tensor mapped = at::from_blob(
        const_cast<std::byte*>(data), header.shape, strides_of(header), [file](void*) {},
        at::TensorOptions().dtype(item.stored));
    return {widened(mapped, item), {}};
  });
}

void write_npy(const std::filesystem::path& path, const at::Tensor& values) {
  const std::string_view descr = within(path.string(), [&] { return descr_of(values.scalar_type()); });
  std::string shape;
  for (const int64_t size : values.sizes()) shape += fmt::format("{}, ", size);
  if (values.dim() > 1) shape.resize(shape.size() - 2);
  if (values.dim() == 1) shape.pop_back();  // a tuple of one keeps its comma
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, shape);
  dict.resize((10 + dict.size() + 64) / 64 * 64 - 10, ' ');  // the numbers start at a multiple of 64
  dict.back() = '\n';
  const at::Tensor plain = values.detach().to(at::kCPU).contiguous();
  write_atomic(path, [&](const auto& append) {
    append(std::string("\x93NUMPY\x01\x00", 8));
    const char length[] = {static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
    append(std::string_view(length, 2));
    append(dict);
    append(std::string_view(static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()));
  });
}

}  // namespace lathe
