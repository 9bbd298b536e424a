#include "lathe/formats/preprocessing_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/data/cleaning/cleaner.h"
#include "lathe/data/transforms.h"

namespace lathe {
namespace {

using Json = nlohmann::json;

/// A word out of a list. @throws Error with a suggestion
void check_word(std::string_view noun, const std::string& word, const std::vector<std::string>& known) {
  for (const std::string& each : known)
    if (each == word) return;
  throw Error(unknown_name(noun, word, known));
}

/// A file names every setting: what is not there would change with the defaults.
void check_cleaning(const Cleaning& steps) {
  for (const CleaningStep& step : steps) {
    for (const std::string& name : split(cleaners().at(step.kind).settings, ' '))
      check(name.empty() || step.settings.count(name) != 0, "cleaner '{}': '{}' is missing", step.kind, name);
    resolve_cleaner(step);  // says which setting cannot be
  }
}

void check_smoothing(const Preprocessing& settings) {
  const HiddenMarkov& smoothing = settings.hidden_markov;
  if (smoothing.empty()) return;
  verify(smoothing);
  check(settings.task == "classification",
        "hidden Markov model: it smooths classes (expected the task classification)");
  check(settings.class_names.empty() || settings.class_names.size() == smoothing.start.size(),
        "hidden Markov model: it has {} classes (expected {}, as many as have names)", smoothing.start.size(),
        settings.class_names.size());
}

void check_preprocessing(const Preprocessing& settings) {
  check_cleaning(settings.cleaning);
  check_word("normalisation", settings.normalize, transforms().names());
  check(settings.mean.size() == settings.deviation.size(),
        "{} channels have a mean and {} a std (expected equally many)", settings.mean.size(),
        settings.deviation.size());
  for (size_t i = 0; i < settings.mean.size(); ++i)
    check(std::isfinite(settings.mean[i]) && std::isfinite(settings.deviation[i]) && settings.deviation[i] > 0,
          "channel {} has a mean of {} and a std of {} (expected numbers, the std above 0)", i, settings.mean[i],
          settings.deviation[i]);
  if (!settings.task.empty()) check_word("task", settings.task, {"classification", "segmentation"});
  check(std::isfinite(settings.rate_hz) && settings.rate_hz >= 0, "rate_hz is {} (expected 0 or more)",
        settings.rate_hz);
  check(std::isfinite(settings.threshold), "threshold is {} (expected a number)", settings.threshold);
  check(settings.smooth_window == 0 || (settings.smooth_order >= 0 && settings.smooth_order < settings.smooth_window),
        "smooth_window {} does not go with smooth_order {} (expected 0, or a window above the order)",
        settings.smooth_window, settings.smooth_order);
  check_smoothing(settings);
  const FrontEnd& front_end = settings.front_end;
  for (const std::string& name : split(front_ends().at(front_end.kind).settings, ' '))
    check(name.empty() || front_end.settings.count(name) != 0, "front_end '{}': '{}' is missing", front_end.kind, name);
  resolve_front_end(front_end, settings.rate_hz);  // says which setting cannot be
  check(settings.front_end.kind == "none" || settings.rate_hz > 0, "front_end '{}' needs rate_hz (got 0)",
        settings.front_end.kind);
}

/// {"kind": "log_mel", "n_mels": 128, …}
Json to_json(const FrontEnd& front_end) {
  Json json = {{"kind", front_end.kind}};
  for (const auto& [name, value] : front_end.settings) json[name] = value;
  return json;
}

/// [{"kind": "savgol", "window": 5, "order": 2}, …]
Json to_json(const Cleaning& steps) {
  Json json = Json::array();
  for (const CleaningStep& step : steps) {
    Json table = {{"kind", step.kind}};
    for (const auto& setting : step.settings)
      std::visit([&](const auto& value) { table[setting.first] = value; }, setting.second);
    json.push_back(std::move(table));
  }
  return json;
}

/// {"start": […], "transition": [[…], …], "emission": [[…], …]}
Json to_json(const HiddenMarkov& smoothing) {
  const auto rows = [&](const std::vector<double>& table) {
    Json json = Json::array();
    const auto states = std::ssize(smoothing.start);
    for (auto row = table.begin(); row != table.end(); row += states)
      json.push_back(Json(std::vector(row, row + states)));
    return json;
  };
  return {
      {"start", smoothing.start}, {"transition", rows(smoothing.transition)}, {"emission", rows(smoothing.emission)}};
}

Json to_json(const Preprocessing& settings) {
  Json json = {{"rate_hz", settings.rate_hz},
               {"normalize", settings.normalize},
               {"class_names", settings.class_names},
               {"task", settings.task},
               {"smooth_window", settings.smooth_window},
               {"smooth_order", settings.smooth_order},
               {"threshold", settings.threshold}};
  if (settings.front_end.kind != "none") json["front_end"] = to_json(settings.front_end);
  if (!settings.cleaning.empty()) json["cleaning"] = to_json(settings.cleaning);
  if (!settings.mean.empty()) {
    json["mean"] = settings.mean;
    json["std"] = settings.deviation;
  }
  if (!settings.hidden_markov.empty()) json["hidden_markov"] = to_json(settings.hidden_markov);
  return json;
}

/// Files from before there were front ends have none.
FrontEnd front_end_from_json(const Json& json) {
  if (!json.contains("front_end")) return {};
  const Json& table = json.at("front_end");
  check(table.is_object() && table.contains("kind") && table.at("kind").is_string(),
        "front_end is {} (expected an object with its kind)", table.is_object() ? "without a kind" : table.type_name());
  FrontEnd front_end{table.at("kind").get<std::string>(), {}};
  for (const auto& item : table.items()) {
    if (item.key() == "kind") continue;
    check(item.value().is_number(), "front_end's '{}' is {} (expected a number)", item.key(), item.value().type_name());
    front_end.settings[item.key()] = item.value().get<double>();
  }
  return front_end;
}

/// Files from before there were cleaners have none.
Cleaning cleaning_from_json(const Json& json) {
  Cleaning steps;
  if (!json.contains("cleaning")) return steps;
  const Json& list = json.at("cleaning");
  check(list.is_array(), "cleaning is {} (expected a list of steps)", list.type_name());
  for (const Json& table : list) {
    check(table.is_object() && table.contains("kind") && table.at("kind").is_string(),
          "a step of cleaning is {} (expected an object with its kind)",
          table.is_object() ? "without a kind" : table.type_name());
    CleaningStep step{table.at("kind").get<std::string>(), {}};
    for (const auto& item : table.items()) {
      if (item.key() == "kind") continue;
      check(item.value().is_number() || item.value().is_string(),
            "cleaner '{}': '{}' is {} (expected a number or a word)", step.kind, item.key(), item.value().type_name());
      if (item.value().is_number())
        step.settings[item.key()] = item.value().get<double>();
      else
        step.settings[item.key()] = item.value().get<std::string>();
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Only models whose recipe asked for it have one.
HiddenMarkov hidden_markov_from_json(const Json& json) {
  if (!json.contains("hidden_markov")) return {};
  const Json& tables = json.at("hidden_markov");
  check(tables.is_object(), "hidden_markov is {} (expected an object of tables)", tables.type_name());
  for (const char* name : {"start", "transition", "emission"})
    check(tables.contains(name), "hidden_markov: '{}' is missing", name);
  const auto flat = [&](const char* name) {
    std::vector<double> values;
    for (const auto& row : tables.at(name).get<std::vector<std::vector<double>>>())
      values.insert(values.end(), row.begin(), row.end());
    return values;
  };
  return {tables.at("start").get<std::vector<double>>(), flat("transition"), flat("emission")};
}

Preprocessing from_json(const Json& json) {
  const Json required = to_json(Preprocessing{});
  check(json.is_object(), "is {} (expected an object)", json.type_name());
  std::vector<std::string> names = {"front_end", "cleaning", "mean", "std", "hidden_markov"};
  for (const auto& item : required.items()) {
    names.push_back(item.key());
    check(json.contains(item.key()), "'{}' is missing", item.key());
  }
  for (const auto& item : json.items())
    check(std::find(names.begin(), names.end(), item.key()) != names.end(), "{}",
          unknown_name("setting", item.key(), names));
  try {
    return {json.at("rate_hz").get<double>(),
            json.at("normalize").get<std::string>(),
            front_end_from_json(json),
            json.at("class_names").get<std::vector<std::string>>(),
            json.at("task").get<std::string>(),
            json.at("smooth_window").get<int64_t>(),
            json.at("smooth_order").get<int64_t>(),
            json.at("threshold").get<double>(),
            cleaning_from_json(json),
            json.value("mean", std::vector<double>()),
            json.value("std", std::vector<double>()),
            hidden_markov_from_json(json)};
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
