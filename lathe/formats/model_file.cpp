#include "lathe/formats/model_file.h"

#include <nlohmann/json.hpp>

#include "lathe/formats/graph_json.h"
#include "lathe/formats/preprocessing_json.h"

namespace lathe {
namespace {

using Json = nlohmann::json;
constexpr const char* kVersion = "1";
constexpr int kDeepest = 32;

const std::string& metadata(const TensorFile& file, const char* key) {
  const auto found = file.metadata.find(key);
  check(found != file.metadata.end(), "'{}' is missing; is it a lathe model?", key);
  return found->second;
}

Json parse(const TensorFile& file, const char* key) {
  try {
    // What is quoted in a sentence is written by a function that calls itself once a level.
    return Json::parse(metadata(file, key), [&](int depth, Json::parse_event_t, Json&) {
      check(depth <= kDeepest, "'{}' is nested more than {} deep", key, kDeepest);
      return true;
    });
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
  parse(file, "lathe.preprocessing");  // says where it is not JSON
  model.preprocessing =
      within("lathe.preprocessing", [&] { return preprocessing_from_json(metadata(file, "lathe.preprocessing")); });
  const Json notes = parse(file, "lathe.notes");
  model.notes = within("lathe.notes", [&] { return notes_from_json(notes); });
  model.graph = graph_from_json(parse(file, "lathe.graph"), file);
  return model;
}

}  // namespace

void save_model(const std::filesystem::path& path, const Model& model) {
  TensorFile file = graph_tensors(model.graph);
  within(path.string(), [&] {
    try {
      file.metadata = {{"lathe.graph", graph_to_json(model.graph).dump()},
                       {"lathe.model", model.name},
                       {"lathe.notes", Json(model.notes).dump()},
                       {"lathe.preprocessing", preprocessing_to_json(model.preprocessing)},
                       {"lathe.version", kVersion}};
    } catch (const Json::type_error&) {
      fail("a name or a note is not UTF-8 text");
    }
  });
  write_safetensors(path, file);
}

Model load_model(const std::filesystem::path& path) {
  if (path.extension() == ".onnx")
    fail("{0}: is a network in ONNX, no model file; first: lathe import {0} -o model.safetensors", path.string());
  const TensorFile file = read_safetensors(path);
  return within(path.string(), [&] { return parse_model(file); });
}

}  // namespace lathe
