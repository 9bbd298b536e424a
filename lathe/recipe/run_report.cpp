#include "lathe/recipe/run_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/report/page.h"

namespace lathe {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json read_json(const fs::path& path) {
  if (!fs::exists(path)) return json::object();
  json parsed = json::parse(read_text(path), nullptr, false);
  check(!parsed.is_discarded(), "{}: is not JSON", path.string());
  return parsed;
}

/// Columns of numbers; an empty cell is null, an empty column is left out.
json read_columns(const fs::path& path) {
  json columns = json::object();
  if (!fs::exists(path)) return columns;
  std::vector<std::string> names;
  for (const std::string& line : split(read_text(path), '\n')) {
    if (trim(line).empty()) continue;
    const std::vector<std::string> cells = split(std::string(trim(line)), ',');
    if (names.empty()) {
      names = cells;
      continue;
    }
    for (size_t i = 0; i < names.size() && i < cells.size(); ++i)
      columns[names[i]].push_back(cells[i].empty() ? json(nullptr) : json(std::strtod(cells[i].c_str(), nullptr)));
  }
  for (const std::string& name : names)
    if (std::all_of(columns[name].begin(), columns[name].end(), [](const json& cell) { return cell.is_null(); }))
      columns.erase(name);
  return columns;
}

/// {metric: {value, low, high}, confusion} from the values and details of metrics.json.
json sets_with_intervals(const json& metrics) {
  json sets = json::object();
  for (const auto& [set, values] : metrics.at("sets").items()) {
    const json details = metrics.at("details").value(set, json::object());
    for (const auto& [name, value] : values.items()) {
      const json interval = details.value("intervals", json::object()).value(name, json());
      sets[set][name] =
          interval.is_array() ? json{{"value", value}, {"low", interval[0]}, {"high", interval[1]}} : value;
    }
    if (details.contains("confusion") && !details["confusion"]["counts"].empty())
      sets[set]["confusion"] = details["confusion"];
  }
  return sets;
}

/// 16220160 -> "16.2 M": short enough for a headline; the ledger has every digit.
std::string short_count(int64_t count) {
  if (count < 100000) return with_commas(count);
  return count < 100000000 ? fmt::format("{:.1f} M", static_cast<double>(count) / 1e6)
                           : fmt::format("{:.0f} M", static_cast<double>(count) / 1e6);
}

/// The histories of the teacher and of steps that trained, in order: [{title, columns}].
json trainings(const fs::path& folder, const json& metrics) {
  json all = json::array();
  const auto add = [&](const std::string& title, const fs::path& path) {
    if (fs::exists(path)) all.push_back({{"title", title}, {"columns", read_columns(path)}});
  };
  size_t step = 0;
  for (const json& row : metrics.at("ledger")) {
    const std::string title = row.at("step");
    if (&row == &metrics.at("ledger").front()) continue;  // [train] itself
    if (title == "teacher" && metrics.contains("teacher")) {
      const json manifest = read_json(folder / "manifest.json");
      add(title, folder / "teacher" / fmt::format("seed-{}", manifest.value("seed", 0)) / "history.csv");
      continue;
    }
    ++step;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder / "steps", ignored)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(fmt::format("{}-", step))) continue;
      add(title, entry.path() / "history.csv");
      for (int64_t i = 1; fs::exists(entry.path() / fmt::format("iteration-{}", i)); ++i)
        add(fmt::format("{}, iteration {}", title, i), entry.path() / fmt::format("iteration-{}", i) / "history.csv");
    }
  }
  return all;
}

/// The folds of a cross-validation, for the page: what the page draws, and how the pooled metric lies beside them.
json folds_section(const json& metrics) {
  const std::string primary = metrics.at("primary"), set = metrics.at("sets").begin().key();
  return {{"metric", primary},
          {"set", set},
          {"rows", metrics.at("folds")},
          {"across", metrics.at("across_folds")},
          {"steps", metrics.value("steps", json::array())},
          {"pooled", sets_with_intervals(metrics).at(set)}};
}

/// Who the rows come from, set by set.
json groups_section(const json& metrics) {
  json sets = json::object();
  for (const auto& [set, details] : metrics.at("details").items())
    if (details.contains("groups"))
      sets[set] = {{"rows", details.at("groups")}, {"across", details.at("across_groups")}};
  if (sets.empty()) return nullptr;
  return {{"metric", metrics.value("primary", "")}, {"sets", sets}};
}

json headline(const json& metrics) {
  json numbers = json::array();
  const std::string primary = metrics.value("primary", "");
  const json across = metrics.value("across_folds", json::object()).value(primary, json());
  if (across.is_object())
    numbers.push_back(
        {{"label", primary + ", mean of folds"},
         {"value", across.at("mean")},
         {"hint", across.at("std").is_number() ? fmt::format("± {:.4f} over {} folds", across.at("std").get<double>(),
                                                             across.at("folds").get<int64_t>())
                                               : "one fold"}});
  for (const auto& [set, values] : metrics.at("sets").items())
    if (values.contains(primary))
      numbers.push_back(
          {{"label", primary + ", " + set + (across.is_object() ? ", pooled" : "")}, {"value", values[primary]}});
  const json& model = metrics.at("model");
  numbers.push_back({{"label", "parameters"}, {"value", model.at("parameters")}});
  numbers.push_back({{"label", "MACs per window"}, {"value", short_count(model.at("macs"))}});
  numbers.push_back(
      {{"label", "peak activation RAM"}, {"value", human_bytes(model.at("peak_ram_bytes").get<int64_t>())}});
  return numbers;
}

}  // namespace

void write_report(const fs::path& folder, const json& metrics) {
  const json manifest = read_json(folder / "manifest.json");
  const json explained = read_json(folder / "explain.json");
  json page = {{"title", manifest.value("title", folder.filename().string())},
               {"subtitle", fmt::format("recipe {} · lathe {} · {}", manifest.value("recipe", "?"),
                                        manifest.value("lathe", "?"), manifest.value("started", ""))},
               {"headline", headline(metrics)},
               {"history", read_columns(folder / "history.csv")},
               {"ledger", metrics.at("ledger")},
               {"sets", sets_with_intervals(metrics)},
               {"notes", metrics.value("notes", json::array())},
               {"details", manifest}};
  if (json steps = trainings(folder, metrics); !steps.empty()) page["trainings"] = std::move(steps);
  if (metrics.contains("controls")) page["controls"] = metrics["controls"];
  if (metrics.contains("folds")) page["folds"] = folds_section(metrics);
  if (json groups = groups_section(metrics); !groups.is_null()) page["groups"] = std::move(groups);
  page.update(explained);
  write_atomic(folder / "report.html", report_page(page));
}

fs::path write_report(const fs::path& folder) {
  check(!fs::exists(folder) || fs::is_directory(folder), "{}: is a file, expected a folder", folder.string());
  check(fs::exists(folder / "metrics.json"), "{}: holds no finished run (metrics.json is not there)", folder.string());
  try {
    write_report(folder, read_json(folder / "metrics.json"));
  } catch (const json::exception&) {
    fail("{}: metrics.json is not what a run leaves; run the recipe again", folder.string());
  }
  return folder / "report.html";
}

}  // namespace lathe
