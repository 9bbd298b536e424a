#include "lathe/formats/model_file.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/formats/graph_json.h"

namespace lathe {
namespace {

using Json = nlohmann::json;
constexpr const char* kVersion = "1";

/// A word out of a list. @throws Error with a suggestion
void check_word(std::string_view noun, const std::string& word, const std::vector<std::string>& known) {
  for (const std::string& each : known)
    if (each == word) return;
  throw Error(unknown_name(noun, word, known));
}

void check_preprocessing(const Preprocessing& settings) {
  check_word("normalisation", settings.normalize, {"minmax", "none", "zscore"});
  if (!settings.task.empty()) check_word("task", settings.task, {"classification", "segmentation"});
  check(std::isfinite(settings.rate_hz) && settings.rate_hz >= 0, "rate_hz is {} (expected 0 or more)",
        settings.rate_hz);
  check(std::isfinite(settings.threshold), "threshold is {} (expected a number)", settings.threshold);
  check(settings.smooth_window == 0 || (settings.smooth_order >= 0 && settings.smooth_order < settings.smooth_window),
        "smooth_window {} does not go with smooth_order {} (expected 0, or a window above the order)",
        settings.smooth_window, settings.smooth_order);
}

Json preprocessing_to_json(const Preprocessing& settings) {
  return {{"rate_hz", settings.rate_hz},
          {"normalize", settings.normalize},
          {"class_names", settings.class_names},
          {"task", settings.task},
          {"smooth_window", settings.smooth_window},
          {"smooth_order", settings.smooth_order},
          {"threshold", settings.threshold}};
}

Preprocessing preprocessing_from_json(const Json& json) {
  const Json known = preprocessing_to_json({});
  check(json.is_object(), "is {} (expected an object)", json.type_name());
  std::vector<std::string> names;
  for (const auto& item : known.items()) {
    names.push_back(item.key());
    check(json.contains(item.key()), "'{}' is missing", item.key());
  }
  for (const auto& item : json.items())
    check(known.contains(item.key()), "{}", unknown_name("setting", item.key(), names));
  try {
    return {json.at("rate_hz").get<double>(),
            json.at("normalize").get<std::string>(),
            json.at("class_names").get<std::vector<std::string>>(),
            json.at("task").get<std::string>(),
            json.at("smooth_window").get<int64_t>(),
            json.at("smooth_order").get<int64_t>(),
            json.at("threshold").get<double>()};
  } catch (const Json::type_error&) {
    fail("a setting is of the wrong kind (got {})", json.dump());
  }
}

const std::string& metadata(const TensorFile& file, const char* key) {
  const auto found = file.metadata.find(key);
  check(found != file.metadata.end(), "'{}' is missing; is it a lathe model?", key);
  return found->second;
}

Json parse(const TensorFile& file, const char* key) {
  try {
    return Json::parse(metadata(file, key));
  } catch (const Json::parse_error& error) {
    fail("'{}' is not JSON (it goes wrong at byte {})", key, error.byte);
  } catch (const Json::out_of_range&) {
    fail("'{}' holds a number that is too large", key);
  }
}

std::map<std::string, std::string> notes_from_json(const Json& json) {
  check(json.is_object(), "is {} (expected an object)", json.type_name());
  std::map<std::string, std::string> notes;
  for (const auto& item : json.items()) {
    check(item.value().is_string(), "'{}' is {} (expected text)", item.key(), item.value().type_name());
    notes[item.key()] = item.value().get<std::string>();
  }
  return notes;
}

Model parse_model(const TensorFile& file) {
  check(file.metadata.count("lathe.graph") > 0,
        "holds weights only, no graph; load them into a model of the same architecture");
  const std::string& version = metadata(file, "lathe.version");
  check(version == kVersion, "is a model file of version {}, but this lathe reads version {}", version, kVersion);
  Model model;
  model.name = metadata(file, "lathe.model");
  const Json settings = parse(file, "lathe.preprocessing");
  within("lathe.preprocessing", [&] {
    model.preprocessing = preprocessing_from_json(settings);
    check_preprocessing(model.preprocessing);
  });
  const Json notes = parse(file, "lathe.notes");
  model.notes = within("lathe.notes", [&] { return notes_from_json(notes); });
  model.graph = graph_from_json(parse(file, "lathe.graph"), file);
  return model;
}

}  // namespace

void save_model(const std::filesystem::path& path, const Model& model) {
  TensorFile file = graph_tensors(model.graph);
  within(path.string(), [&] {
    check_preprocessing(model.preprocessing);
    try {
      file.metadata = {{"lathe.graph", graph_to_json(model.graph).dump()},
                       {"lathe.model", model.name},
                       {"lathe.notes", Json(model.notes).dump()},
                       {"lathe.preprocessing", preprocessing_to_json(model.preprocessing).dump()},
                       {"lathe.version", kVersion}};
    } catch (const Json::type_error&) {
      fail("a name or a note is not UTF-8 text");
    }
  });
  write_safetensors(path, file);
}

Model load_model(const std::filesystem::path& path) {
  const TensorFile file = read_safetensors(path);
  return within(path.string(), [&] { return parse_model(file); });
}

}  // namespace lathe
