#include "lathe/formats/torch_archive.h"

#include <ATen/ops/clone.h>
#include <ATen/ops/empty.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"

namespace lathe {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kAgain = "in Python: torch.save(torch.load(path, weights_only=True), new_path)";
constexpr size_t kMostAxes = 64;  // what LibTorch can index
// A tensor may be larger than its storage (a broadcast one), but not without end.
constexpr uint64_t kSpare = 64 << 20, kTimes = 4;

struct Type {
  std::string_view dtype;    ///< how _rebuild_tensor_v3 names it
  std::string_view storage;  ///< how _rebuild_tensor_v2 does
  at::ScalarType type;
};
constexpr Type kTypes[] = {{"torch.float64", "torch.DoubleStorage", at::kDouble},
                           {"torch.float32", "torch.FloatStorage", at::kFloat},
                           {"torch.float16", "torch.HalfStorage", at::kHalf},
                           {"torch.bfloat16", "torch.BFloat16Storage", at::kBFloat16},
                           {"torch.int64", "torch.LongStorage", at::kLong},
                           {"torch.int32", "torch.IntStorage", at::kInt},
                           {"torch.int16", "torch.ShortStorage", at::kShort},
                           {"torch.int8", "torch.CharStorage", at::kChar},
                           {"torch.uint8", "torch.ByteStorage", at::kByte},
                           {"torch.bool", "torch.BoolStorage", at::kBool},
                           {"torch.uint16", "", at::kUInt16},
                           {"torch.uint32", "", at::kUInt32},
                           {"torch.uint64", "", at::kUInt64},
                           {"torch.float8_e4m3fn", "", at::kFloat8_e4m3fn},
                           {"torch.float8_e5m2", "", at::kFloat8_e5m2}};
/// Types that may lie beside the others, and are refused when their tensor is wanted.
constexpr std::string_view kOther[] = {"torch.ComplexFloatStorage", "torch.ComplexDoubleStorage",
                                       "torch.QInt8Storage",        "torch.QUInt8Storage",
                                       "torch.QInt32Storage",       "torch.complex32",
                                       "torch.complex64",           "torch.complex128"};
constexpr std::string_view kUntyped = "torch.storage.UntypedStorage";
constexpr std::string_view kTensor = "torch._utils._rebuild_tensor_v2", kTyped = "torch._utils._rebuild_tensor_v3";
constexpr std::string_view kParameter = "torch._utils._rebuild_parameter";

std::vector<std::string_view> allowed_names() {
  std::vector<std::string_view> names{kTensor, kTyped, kParameter, kUntyped, "torch.Size", "torch.device"};
  for (const Type& type : kTypes) {
    names.push_back(type.dtype);
    if (!type.storage.empty()) names.push_back(type.storage);
  }
  names.insert(names.end(), std::begin(kOther), std::end(kOther));
  return names;
}

/// Why a file that is no zip archive is none, as far as its first bytes tell.
void check_is_zip(std::string_view bytes) {
  if (bytes.substr(0, 2) == "PK") return;
  const std::string_view legacy("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);
  check(bytes.substr(0, legacy.size()) != legacy,
        "is in the format that torch.save wrote before PyTorch 1.6 (expected a zip archive); {}", kAgain);
  check(bytes.empty() || bytes[0] != '\x80',
        "is a bare pickle (expected a zip archive as torch.save writes it); in Python: "
        "torch.save(model.state_dict(), path)");
  fail("is no zip archive (expected what torch.save writes)");
}

/// "archive/" of "archive/data.pkl".
std::string find_folder(const ZipArchive& zip) {
  std::vector<std::string> found;
  for (const auto& [name, entry] : zip.entries()) {
    const size_t slash = name.find('/');
    if (name.substr(slash == name.npos ? 0 : slash + 1) == "data.pkl")
      found.push_back(name.substr(0, name.size() - std::string_view("data.pkl").size()));
  }
  check(found.size() == 1, "is a zip archive with {} entries 'data.pkl' (expected 1, as torch.save writes it)",
        found.size());
  for (const auto& [name, entry] : zip.entries())
    check(name != found[0] + "constants.pkl" && name.rfind(found[0] + "code/", 0) != 0,
          "is a TorchScript program (expected a state dict); in Python: "
          "torch.save(torch.jit.load(path).state_dict(), new_path)");
  return found[0];
}

}  // namespace

/// A tensor as the pickle describes it: a window into a storage.
struct TorchArchive::Layout {
  std::string key;  ///< of the storage
  at::ScalarType type = at::kFloat;
  int64_t stored = 0;  ///< values in the storage
  int64_t offset = 0;
  int64_t count = 1;  ///< values in the tensor
  std::vector<int64_t> sizes, strides;

  bool whole_storage() const {
    int64_t step = 1;
    for (size_t axis = sizes.size(); axis-- > 0; step *= sizes[axis])
      if (sizes[axis] != 1 && strides[axis] != step) return false;
    return offset == 0 && count == stored;
  }
};

TorchArchive::TorchArchive(std::string_view bytes) : bytes_(bytes), zip_((check_is_zip(bytes), bytes)) {
  folder_ = find_folder(zip_);
  if (const ZipEntry* order = zip_.find(folder_ + "byteorder"))
    check(zip_.data(folder_ + "byteorder", *order) == "little",
          "byte {}: was written on a big-endian machine (expected little-endian)", order->begin);
  const ZipEntry* entry = zip_.find(folder_ + "data.pkl");
  pickle_ = read_pickle(zip_.data(folder_ + "data.pkl", *entry), entry->begin, allowed_names());
  budget_ = kSpare + kTimes * bytes.size();
}

bool TorchArchive::is_tensor(const PickleValue& value) {
  return value.kind == Kind::call && (value.text == kTensor || value.text == kTyped || value.text == kParameter);
}

const PickleValue& TorchArchive::argument(const PickleValue& call, size_t place) const {
  const PickleValue& arguments = pickle_[call.items[0]];
  check(place < arguments.items.size(), "byte {}: '{}' has {} arguments (expected more)", call.at, call.text,
        arguments.items.size());
  return pickle_[arguments.items[place]];
}

TorchArchive::Layout TorchArchive::layout_of(const PickleValue& value) const {
  const auto refuse = [&](bool ok, std::string_view what) {
    check(ok, "byte {}: {}; the file is damaged or not of torch.save", value.at, what);
  };
  const auto whole = [&](const PickleValue& number, std::string_view what) {
    refuse(number.kind == Kind::integer && number.whole >= 0, what);
    return number.whole;
  };
  const auto type_named = [&](const PickleValue& name, std::string_view Type::* member) {
    for (const Type& type : kTypes)
      if (name.kind == Kind::name && name.text == type.*member) return type.type;
    fail_as(ExitCode::unsupported, "byte {}: its values are of '{}' (expected real or whole numbers)", value.at,
            shown(name.text));
  };

  const PickleValue& reference = argument(value, 0);
  refuse(reference.kind == Kind::reference, "the tensor has no storage");
  const PickleValue& id = pickle_[reference.items[0]];
  refuse(id.kind == Kind::tuple && id.items.size() == 5 && pickle_[id.items[0]].text == "storage" &&
             pickle_[id.items[2]].kind == Kind::text,
         "its storage is not described by five values, 'storage' first");
  Layout layout;
  layout.key = std::string(pickle_[id.items[2]].text);
  layout.stored = whole(pickle_[id.items[4]], "the size of its storage is no whole number");
  if (value.text == kTyped) {  // the storage is one of bytes, and the tensor brings the type
    layout.type = type_named(argument(value, 6), &Type::dtype);
    layout.stored /= static_cast<int64_t>(c10::elementSize(layout.type));
  } else {
    layout.type = type_named(pickle_[id.items[1]], &Type::storage);
  }
  layout.offset = whole(argument(value, 1), "its place in the storage is no whole number");
  const PickleValue &sizes = argument(value, 2), &strides = argument(value, 3);
  refuse(sizes.kind == Kind::tuple && strides.kind == Kind::tuple && sizes.items.size() == strides.items.size(),
         "its sizes and strides are not two tuples of one length");
  check(sizes.items.size() <= kMostAxes, "byte {}: has {} axes (expected at most {})", value.at, sizes.items.size(),
        kMostAxes);
  int64_t last = layout.offset;  // the place of its last value
  bool empty = false, fits = true;
  for (size_t axis = 0; axis < sizes.items.size(); ++axis) {
    const int64_t size = whole(pickle_[sizes.items[axis]], "a size is no whole number of at least 0");
    const int64_t stride = whole(pickle_[strides.items[axis]], "a stride is no whole number of at least 0");
    int64_t reach = 0;
    empty |= size == 0;
    fits &= !__builtin_mul_overflow(layout.count, std::max<int64_t>(size, 1), &layout.count);
    fits &= !__builtin_mul_overflow(std::max<int64_t>(size - 1, 0), stride, &reach);
    fits &= !__builtin_add_overflow(last, reach, &last);
    layout.sizes.push_back(size);
    layout.strides.push_back(stride);
  }
  fits &= layout.count <= INT64_MAX / 8;
  check(fits, "byte {}: shape [{}] is too large", value.at, fmt::join(layout.sizes, ", "));
  if (empty) layout.count = 0;
  check(empty || last < layout.stored, "byte {}: its last value is number {} of a storage of {} values", value.at, last,
        layout.stored);
  // A seventh argument says that the values count as negated or conjugated.
  const size_t flags = value.text == kTyped ? 7 : 6;
  check(pickle_[value.items[0]].items.size() <= flags || argument(value, flags).items.empty(),
        "byte {}: is a negated or conjugated view; in Python: save tensor.resolve_neg()", value.at);
  return layout;
}

void TorchArchive::spend(uint64_t bytes, uint64_t at) {
  check(bytes <= budget_, "byte {}: takes {} more, and a file of {} may hold {} of tensors in all (is it broadcast?)",
        at, human_bytes(static_cast<int64_t>(bytes)), human_bytes(static_cast<int64_t>(bytes_.size())),
        human_bytes(static_cast<int64_t>(kSpare + kTimes * bytes_.size())));
  budget_ -= bytes;
}

/// All values of a storage as one axis; read once, however many tensors lie in it.
const at::Tensor& TorchArchive::storage(const Layout& layout, uint64_t at) {
  at::Tensor& values = storages_[{layout.key, layout.type}];
  if (values.defined()) {
    check(values.numel() == layout.stored, "byte {}: storage '{}' has {} values here and {} elsewhere", at,
          shown(layout.key), layout.stored, values.numel());
    return values;
  }
  const std::string name = folder_ + "data/" + layout.key;
  const ZipEntry* entry = zip_.find(name);
  check(entry != nullptr, "byte {}: its storage '{}' is not in the archive", at, shown(name));
  const uint64_t width = c10::elementSize(layout.type);
  check(static_cast<uint64_t>(layout.stored) <= entry->size / width,
        "byte {}: its storage '{}' is said to hold {} values, but has {} bytes (byte {})", at, shown(name),
        layout.stored, entry->size, entry->begin);
  const uint64_t bytes = static_cast<uint64_t>(layout.stored) * width;
  spend(bytes, at);
  const std::string_view data = zip_.data(name, *entry);
  values = at::empty({layout.stored}, layout.type);
  if (bytes > 0) std::memcpy(values.mutable_data_ptr(), data.data(), bytes);
  return values;
}

at::Tensor TorchArchive::tensor(const PickleValue& value) {
  const PickleValue* inner = &value;
  if (inner->text == kParameter) inner = &argument(*inner, 0);
  check(is_tensor(*inner) && inner->text != kParameter, "byte {}: is a parameter around what is no tensor", value.at);
  const Layout layout = layout_of(*inner);
  if (layout.count == 0) return at::empty(layout.sizes, layout.type);
  const at::Tensor& values = storage(layout, inner->at);
  if (layout.whole_storage()) return values.view(layout.sizes);
  spend(static_cast<uint64_t>(layout.count) * c10::elementSize(layout.type), inner->at);
  return values.as_strided(layout.sizes, layout.strides, layout.offset).clone(at::MemoryFormat::Contiguous);
}

}  // namespace lathe
