#include "lathe/formats/safetensors.h"

#include <ATen/ops/empty.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"

namespace lathe {
namespace {

using Json = nlohmann::ordered_json;  // keeps the order of the tensors
static_assert(std::endian::native == std::endian::little,
              "the format is little-endian; this code copies bytes as they are");

constexpr uint64_t kLargestHeader = 100'000'000;  // what other readers of the format accept
constexpr int kDeepest = 8;                       // three are needed
constexpr size_t kMostAxes = 64;                  // what LibTorch can index
constexpr const char* kMetadata = "__metadata__";

struct Type {
  std::string_view name;
  at::ScalarType type;
};
constexpr Type kTypes[] = {{"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf},  {"BF16", at::kBFloat16},
                           {"I64", at::kLong},   {"I32", at::kInt},   {"I16", at::kShort}, {"I8", at::kChar},
                           {"U8", at::kByte},    {"BOOL", at::kBool}};

at::ScalarType type_of(const std::string& name) {
  std::vector<std::string> known;
  for (const Type& type : kTypes) {
    if (type.name == name) return type.type;
    known.emplace_back(type.name);
  }
  throw Error(unknown_name("type", name, known), ExitCode::unsupported);
}

std::string_view name_of(at::ScalarType wanted) {
  for (const Type& type : kTypes)
    if (type.type == wanted) return type.name;
  fail_as(ExitCode::unsupported, "safetensors has no type for {}", c10::toString(wanted));
}

/// One tensor as the header describes it.
struct Entry {
  std::string name;
  at::ScalarType type;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;
};

uint64_t whole(const Json& value, std::string_view what) {
  check(value.is_number_unsigned(), "{} is {} (expected a whole number of at least 0)", what, value.dump());
  return value.get<uint64_t>();
}

const Json& list(const Json& entry, const char* key) {
  check(entry.contains(key), "has no '{}'", key);
  check(entry.at(key).is_array(), "'{}' is {} (expected a list)", key, entry.at(key).type_name());
  return entry.at(key);
}

/// @throws Error when the number of bytes cannot be expressed
uint64_t bytes_of(const Entry& entry) {
  int64_t bytes = static_cast<int64_t>(c10::elementSize(entry.type));
  bool empty = false;
  for (const int64_t size : entry.shape) {
    empty |= size == 0;
    check(!__builtin_mul_overflow(bytes, std::max<int64_t>(size, 1), &bytes), "shape [{}] is too large",
          fmt::join(entry.shape, ", "));
  }
  return empty ? 0 : static_cast<uint64_t>(bytes);
}

Entry parse_entry(const std::string& name, const Json& json) {
  check(json.is_object(), "is {} (expected an object with dtype, shape and data_offsets)", json.type_name());
  check(json.contains("dtype") && json.at("dtype").is_string(), "has no 'dtype'");
  Entry entry{name, type_of(json.at("dtype").get<std::string>()), {}};
  for (const Json& size : list(json, "shape")) {
    const uint64_t value = whole(size, "a size of its shape");
    check(value <= INT64_MAX, "a size of its shape is {}, which is too large", value);
    entry.shape.push_back(static_cast<int64_t>(value));
  }
  check(entry.shape.size() <= kMostAxes, "has {} axes (expected at most {})", entry.shape.size(), kMostAxes);
  const Json& offsets = list(json, "data_offsets");
  check(offsets.size() == 2, "'data_offsets' has {} entries (expected 2)", offsets.size());
  entry.begin = whole(offsets[0], "where its data begins");
  entry.end = whole(offsets[1], "where its data ends");
  check(entry.begin <= entry.end, "its data ends at byte {}, before it begins at byte {}", entry.end, entry.begin);
  check(entry.end - entry.begin == bytes_of(entry), "shape [{}] of {} takes {} bytes, but data_offsets give {}",
        fmt::join(entry.shape, ", "), name_of(entry.type), bytes_of(entry), entry.end - entry.begin);
  return entry;
}

/// The data of all tensors lies end to end: no gap, no overlap, nothing behind the last.
void check_layout(const std::vector<Entry>& entries, uint64_t data_bytes) {
  std::vector<const Entry*> order;
  for (const Entry& entry : entries) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  uint64_t reached = 0;
  for (const Entry* entry : order) {
    check(entry->end <= data_bytes, "tensor '{}': its data ends at byte {}, but the file holds {} bytes of data",
          entry->name, entry->end, data_bytes);
    check(entry->begin == reached,
          "tensor '{}': its data begins at byte {} (expected {}, where the data before it ends)", entry->name,
          entry->begin, reached);
    reached = entry->end;
  }
  check(reached == data_bytes, "{} bytes of data belong to no tensor", data_bytes - reached);
}

Json parse_header(std::string_view text) {
  std::set<std::string> names;
  std::string twice;
  const auto note_names = [&](int depth, Json::parse_event_t event, Json& value) {
    // What is quoted in a sentence is written by a function that calls itself once a level.
    check(depth <= kDeepest, "the header is nested more than {} deep", kDeepest);
    if (depth == 1 && event == Json::parse_event_t::key && !names.insert(value.get<std::string>()).second)
      twice = value.get<std::string>();
    return true;
  };
  try {
    Json header = Json::parse(text, note_names);
    check(header.is_object(), "the header is {} (expected an object)", header.type_name());
    check(twice.empty(), "tensor '{}': the name is given twice", twice);
    return header;
  } catch (const Json::parse_error& error) {
    fail("the header is not JSON (it goes wrong at byte {})", error.byte);
  } catch (const Json::out_of_range&) {
    fail("the header holds a number that is too large");
  }
}

std::string_view header_text(std::string_view bytes) {
  check(bytes.size() >= 8, "{} bytes are too few for a safetensors file (expected at least 8)", bytes.size());
  uint64_t size = 0;
  std::memcpy(&size, bytes.data(), 8);
  check(size <= kLargestHeader, "the header is said to have {} bytes (expected at most {}); is it a safetensors file?",
        size, kLargestHeader);
  check(size <= bytes.size() - 8, "the header is said to have {} bytes, but {} follow; the file is cut short", size,
        bytes.size() - 8);
  return bytes.substr(8, static_cast<size_t>(size));
}

TensorFile parse(std::string_view bytes) {
  const std::string_view text = header_text(bytes);
  const std::string_view data = bytes.substr(8 + text.size());
  TensorFile file;
  std::vector<Entry> entries;
  const Json header = parse_header(text);
  for (const auto& item : header.items()) {
    if (item.key() != kMetadata) {
      within(fmt::format("tensor '{}'", item.key()), [&] { entries.push_back(parse_entry(item.key(), item.value())); });
      continue;
    }
    check(item.value().is_object(), "{} is {} (expected an object)", kMetadata, item.value().type_name());
    for (const auto& note : item.value().items()) {
      check(note.value().is_string(), "{}: '{}' is {} (expected text)", kMetadata, note.key(),
            note.value().type_name());
      file.metadata[note.key()] = note.value().get<std::string>();
    }
  }
  check_layout(entries, data.size());
  for (const Entry& entry : entries) {
    at::Tensor tensor = at::empty(entry.shape, entry.type);
    if (entry.end > entry.begin) std::memcpy(tensor.data_ptr(), data.data() + entry.begin, entry.end - entry.begin);
    file.tensors.emplace_back(entry.name, std::move(tensor));
  }
  return file;
}

at::Tensor on_cpu(const std::string& name, const at::Tensor& tensor) {
  check(tensor.defined(), "tensor '{}': there is none under this name", name);
  return tensor.detach().to(at::kCPU).contiguous();
}

}  // namespace

const at::Tensor* TensorFile::find(std::string_view name) const {
  for (const auto& [key, tensor] : tensors)
    if (key == name) return &tensor;
  return nullptr;
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  const MappedFile file(path);
  const auto bytes = file.bytes();
  return within(path.string(), [&] { return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); });
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  Json header = Json::object();
  std::vector<at::Tensor> tensors;
  std::vector<size_t> order(file.tensors.size());
  std::string text;
  within(path.string(), [&] {
    if (!file.metadata.empty()) header[kMetadata] = file.metadata;
    for (const auto& entry : file.tensors) {
      const std::string& name = entry.first;  // clang 14 cannot capture a structured binding
      const at::Tensor& tensor = entry.second;
      check(name != kMetadata && !header.contains(name), "tensor '{}': the name is {}", name,
            name == kMetadata ? "reserved" : "given twice");
      tensors.push_back(on_cpu(name, tensor));
      within("tensor '" + name + "'", [&] {
        header[name] = {{"dtype", name_of(tensors.back().scalar_type())}, {"shape", tensors.back().sizes().vec()}};
      });
    }
    // Wide types first: every tensor then lies on a multiple of its own width, and can be mapped.
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return tensors[a].element_size() > tensors[b].element_size(); });
    size_t end = 0;
    for (const size_t which : order) {
      const size_t begin = end;
      end += tensors[which].nbytes();
      header[file.tensors[which].first]["data_offsets"] = {begin, end};
    }
    try {
      text = header.dump();
    } catch (const Json::type_error&) {
      fail("a name or a note is not UTF-8 text");
    }
    text.resize((text.size() + 7) / 8 * 8, ' ');
    check(text.size() <= kLargestHeader, "the header takes {} bytes (expected at most {})", text.size(),
          kLargestHeader);
  });
  const uint64_t size = text.size();
  write_atomic(path, [&](const auto& append) {
    append({reinterpret_cast<const char*>(&size), sizeof size});
    append(text);
    for (const size_t which : order)
      if (tensors[which].nbytes() > 0)
        append({static_cast<const char*>(tensors[which].const_data_ptr()), tensors[which].nbytes()});
  });
}

}  // namespace lathe
