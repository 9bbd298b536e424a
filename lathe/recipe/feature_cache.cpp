#include "lathe/recipe/feature_cache.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "lathe/base/files.h"

namespace lathe {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int64_t kPieceBytes = int64_t{1} << 25;

/// Calls `visit(row, count)` for stretches of rows that are small enough to be held in memory beside the rest.
template <class Visit>
void for_each_stretch(const at::Tensor& values, Visit visit) {
  const int64_t row_bytes = values.numel() / values.size(0) * values.element_size();
  const int64_t count = std::max<int64_t>(1, kPieceBytes / std::max<int64_t>(1, row_bytes));
  for (int64_t row = 0; row < values.size(0); row += count) visit(row, std::min(count, values.size(0) - row));
}

std::string hash_of(const at::Tensor& values) {
  std::string hashes = fmt::format("{} [{}]", c10::toString(values.scalar_type()), fmt::join(values.sizes(), ", "));
  for_each_stretch(values, [&](int64_t row, int64_t count) {
    const at::Tensor plain = values.narrow(0, row, count).contiguous();
    hashes += content_hash({static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()});
  });
  return content_hash(std::as_bytes(std::span<const char>(hashes)));
}

class Cached {
 public:
  Cached(const Preprocessing& settings, const Dataset& recordings, const FeatureCacheOptions& options)
      : settings_(settings), recordings_(recordings), options_(options), used_(preprocess_settings(settings)) {}

  at::Tensor features() {
    if (options_.folder.empty()) return computed();
    try {
      make_folder(options_.folder);
    } catch (const Error& error) {
      say(fmt::format("features are not kept: {}", error.what()));
      return computed();
    }
    json key = {{"format", 1}, {"settings", used_}, {"recordings", hash_of(recordings_.inputs)}};
    const std::string text = key.dump();
    const std::string name = content_hash(std::as_bytes(std::span<const char>(text)));
    numbers_ = options_.folder / (name + ".f32");
    note_ = options_.folder / (name + ".json");
    if (fs::exists(note_)) {
      try {
        return opened();
      } catch (const Error& error) {
        say(fmt::format("{}; computed anew", error.what()));
      } catch (const json::exception&) {
        say(fmt::format("{}: is no note of features; computed anew", note_.string()));
      }
    }
    std::error_code ignored;
    fs::remove(note_, ignored);  // it must not vouch for the numbers that are written now
    write(key);
    return opened();
  }

 private:
  const Preprocessing& settings_;
  const Dataset& recordings_;
  const FeatureCacheOptions& options_;
  const std::map<std::string, std::string> used_;
  fs::path numbers_, note_;

  void say(const std::string& sentence) const {
    if (options_.say) options_.say(sentence);
  }

  template <class Take>
  void compute(Take take) const {
    for_each_stretch(recordings_.inputs, [&](int64_t row, int64_t count) {
      if (options_.stop_requested && options_.stop_requested())
        fail_as(ExitCode::interrupted, "features: interrupted after {} of {} rows; nothing was kept", row,
                recordings_.rows());
      take(inputs_of(settings_, recordings_, row, count).contiguous());
      if (options_.on_rows) options_.on_rows(row + count, recordings_.rows());
    });
  }

  at::Tensor computed() const {
    std::vector<at::Tensor> parts;
    compute([&](const at::Tensor& part) { parts.push_back(part); });
    return at::cat(parts, 0);
  }

  void write(json note) const {
    std::vector<int64_t> shape;
    write_atomic(numbers_, [&](const auto& append) {
      compute([&](const at::Tensor& part) {
        append({static_cast<const char*>(part.const_data_ptr()), part.nbytes()});
        shape = part.sizes().vec();
      });
    });
    shape.at(0) = recordings_.rows();
    note["shape"] = shape;
    note["hash"] = hash_of(mapped(shape));
    write_atomic(note_, note.dump(2) + "\n");
  }

  at::Tensor mapped(const std::vector<int64_t>& shape) const {
    const auto map = std::make_shared<MappedFile>(numbers_);
    int64_t bytes = 4;
    for (const int64_t size : shape) bytes *= size;
    check(static_cast<int64_t>(map->bytes().size()) == bytes, "{}: is damaged (expected {} bytes, got {})",
          numbers_.string(), bytes, map->bytes().size());
    // LibTorch has no constant tensors; nobody writes to inputs.
    return at::from_blob(
        const_cast<std::byte*>(map->bytes().data()), shape, [map](void*) {}, at::TensorOptions().dtype(at::kFloat));
  }

  at::Tensor opened() const {
    const json note = json::parse(read_text(note_));
    const at::Tensor features = mapped(note.at("shape").get<std::vector<int64_t>>());
    check(hash_of(features) == note.at("hash").get<std::string>(), "{}: is damaged (its numbers are not those written)",
          numbers_.string());
    return features;
  }
};

}  // namespace

fs::path default_cache_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  if (const fs::path own = variable("LATHE_CACHE"); !own.empty()) return own;
  if (const fs::path all = variable("XDG_CACHE_HOME"); !all.empty()) return all / "lathe";
  if (const fs::path home = variable("HOME"); !home.empty()) return home / ".cache" / "lathe";
  return {};
}

Dataset with_features(const Preprocessing& settings, const Dataset& recordings, const FeatureCacheOptions& options) {
  check_same_features(settings, recordings);
  if (settings.front_end.kind == "none" || !recordings.features.empty() || recordings.rows() == 0) return recordings;
  Dataset data = recordings;
  data.inputs = Cached(settings, recordings, options).features();
  data.features = preprocess_settings(settings);
  return data;
}

}  // namespace lathe
