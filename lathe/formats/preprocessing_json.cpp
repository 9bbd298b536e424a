#include "lathe/formats/preprocessing_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"

namespace lathe {
namespace {

using Json = nlohmann::json;

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

Json to_json(const Preprocessing& settings) {
  return {{"rate_hz", settings.rate_hz},
          {"normalize", settings.normalize},
          {"class_names", settings.class_names},
          {"task", settings.task},
          {"smooth_window", settings.smooth_window},
          {"smooth_order", settings.smooth_order},
          {"threshold", settings.threshold}};
}

Preprocessing from_json(const Json& json) {
  const Json known = to_json({});
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

/// What is quoted in a sentence is written by a function that calls itself once a level.
bool refuse_deep(int depth, Json::parse_event_t, Json&) {
  check(depth <= 8, "is nested more than 8 deep");
  return true;
}

}  // namespace

std::string preprocessing_to_json(const Preprocessing& settings) {
  check_preprocessing(settings);
  try {
    return to_json(settings).dump();
  } catch (const Json::type_error&) {
    fail("a name or a note is not UTF-8 text");
  }
}

Preprocessing preprocessing_from_json(const std::string& text) {
  const Json json = Json::parse(text, refuse_deep, /*allow_exceptions=*/false);
  check(!json.is_discarded(), "is not JSON");
  const Preprocessing settings = from_json(json);
  check_preprocessing(settings);
  return settings;
}

}  // namespace lathe
