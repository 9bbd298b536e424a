#include "lathe/recipe/data_section.h"

#include <algorithm>
#include <set>

#include "lathe/base/text.h"
#include "lathe/data/cleaning/clean.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/data/readers/recordings.h"
#include "lathe/data/simulators/simulators.h"
#include "lathe/data/transforms.h"
#include "lathe/recipe/data_section_split.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

void check_word(const Settings& settings, const std::string& key, const std::string& word,
                std::vector<std::string> known) {
  if (std::find(known.begin(), known.end(), word) == known.end())
    throw settings_error(settings.origin(key), unknown_name(key, word, std::move(known)));
}

const std::vector<std::string> kLayouts = {"NCHW", "NCT", "NHW", "NHWC", "NT", "NTC", "T", "TC"};
const std::vector<std::string> kSplits = {"contiguous", "files", "group_shuffle", "grouped", "holdout",
                                          "none",       "rows",  "shuffled",      "where"};

/// Names, and numbers as they stand in the file's order.
std::vector<std::string> column_names(const Settings& settings) {
  if (!settings.has("columns")) return {};
  const Settings::Value& value = settings.entries().at("columns").value;
  const auto* list = std::get_if<Settings::List>(&value);
  std::vector<std::string> names;
  const auto take = [&](const Settings::Value& one) {
    if (const auto* number = std::get_if<int64_t>(&one)) return names.push_back(std::to_string(*number));
    if (const auto* name = std::get_if<std::string>(&one)) return names.push_back(*name);
    throw settings_error(settings.origin("columns"),
                         "'columns' has the wrong type (expected names or numbers of columns)");
  };
  if (list == nullptr) take(value);
  if (list != nullptr)
    for (const Settings::Entry& entry : *list) take(entry.value);
  if (names.empty()) throw settings_error(settings.origin("columns"), "'columns' is empty (expected at least one)");
  return names;
}

/// How a folder of images or recordings is read.
void read_file_keys(const Settings& settings, DataSection& section) {
  section.channels = settings.count("channels", 0, 0);
  section.resize = settings.integers("resize", {{}});
  const bool sizes =
      section.resize.empty() || (section.resize.size() == 2 && section.resize[0] > 0 && section.resize[1] > 0 &&
                                 section.resize[0] <= 8192 && section.resize[1] <= 8192);
  if (!sizes)
    throw settings_error(
        settings.origin("resize"),
        fmt::format("'resize' is [{}] (expected height and width, 1 to 8192 each)", fmt::join(section.resize, ", ")));
  section.clip_samples = settings.count("clip_samples", 0, 0);
  section.clip_seconds = settings.real("clip_seconds", 0.0);
  if (!(section.clip_seconds >= 0 && section.clip_seconds <= 86'400))
    throw settings_error(settings.origin("clip_seconds"),
                         fmt::format("'clip_seconds' is {:g} (expected 0 to 86400)", section.clip_seconds));
  section.corrupt = settings.word("corrupt", section.corrupt);
  check_word(settings, "corrupt", section.corrupt, {"refuse", "skip"});
}

/// Means and deviations go together, and stand for what `standardize` would look for.
void check_statistics(const Settings& settings, const DataSection& section) {
  if (section.mean.size() != section.deviation.size())
    throw settings_error(settings.origin(section.mean.empty() ? "std" : "mean"),
                         fmt::format("'mean' has {} values and 'std' {} (expected one a channel of each)",
                                     section.mean.size(), section.deviation.size()));
  for (const double one : section.deviation)
    if (!(one > 0))
      throw settings_error(settings.origin("std"), fmt::format("'std' holds {:g} (expected above 0)", one));
  if (section.standardize && !section.mean.empty())
    refuse_unused(settings, {{"standardize", "mean", "has no effect beside 'mean' and 'std'; leave one of them out"}});
}

/// Files that test must be others than those that train.
void check_test_files(const Settings& settings, const DataSection& section) {
  if (section.split != "files") return;
  if (section.test_inputs.empty() && section.test_targets.empty())
    throw settings_error(
        settings.origin("split"),
        "split = \"files\" needs the files that test: 'test_inputs', 'test_targets' or both are missing");
  const bool one_file = !section.targets.empty() && !is_name_pattern(section.targets);
  if (one_file && section.test_targets.empty())
    throw settings_error(
        settings.origin("test_inputs"),
        fmt::format("'test_targets' is missing ('{}' holds the targets of the rows that train)", section.targets));
}

/// A window's length, of a simulator that makes any.
double simulator_seconds(const Settings& settings, const DataSection& section) {
  const char* key = "simulator_seconds";
  const double seconds = settings.real(key, 0.0);
  if (!settings.has(key) || !section.inputs.empty()) return seconds;
  const Simulator& simulator = simulators().at(section.simulator);
  if (!simulator.any_length())
    throw settings_error(
        settings.origin(key),
        fmt::format("'{}' has no effect on the simulator '{}', whose windows have one length", key, section.simulator));
  if (!(seconds > 0 && seconds <= 3600))
    throw settings_error(settings.origin(key),
                         fmt::format("'{}' is {:g} (expected more than 0, at most 3600)", key, seconds));
  try {
    samples_of({0, seconds}, simulator.rate_hz, key);
  } catch (const Error& error) {
    throw settings_error(settings.origin(key), error.what());
  }
  return seconds;
}

}  // namespace

DataSection data_section(const Settings& settings) {
  DataSection section;
  section.name = settings.word("name", section.name);
  section.inputs = settings.word("inputs", "");
  section.columns = column_names(settings);
  section.targets = settings.word("targets", "");
  section.targets_column = settings.word("targets_column", "");
  section.groups = settings.word("groups", "");
  section.groups_column = settings.word("groups_column", "");
  section.files_column = settings.word("files_column", "");
  section.layout = settings.word("layout", "");
  if (!section.layout.empty()) check_word(settings, "layout", section.layout, kLayouts);
  section.window_samples = settings.count("window_samples", 0, 0);
  section.stride_samples = settings.count("stride_samples", 0, 0);
  section.recordings = recording_section(settings);
  section.times = settings.word("times", "");
  section.exclude = settings.words("exclude", {{}});
  read_file_keys(settings, section);
  section.simulator = settings.word("simulator", "");
  section.simulator_windows = settings.count("simulator_windows", 120, 1);
  section.simulator_seed = static_cast<uint64_t>(settings.count("simulator_seed", 0, 0));
  section.rate_hz = settings.real("rate_hz", 0.0);
  section.normalize = settings.word("normalize", section.normalize);
  check_word(settings, "normalize", section.normalize, transforms().names());
  section.standardize = settings.flag("standardize", false);
  section.mean = settings.reals("mean", {{}});
  section.deviation = settings.reals("std", {{}});
  check_statistics(settings, section);
  section.missing = settings.word("missing", section.missing);
  check_word(settings, "missing", section.missing, {"drop", "refuse"});
  section.class_names = settings.words("class_names", {{}});
  section.split = settings.word("split", section.split);
  check_word(settings, "split", section.split, kSplits);
  section.folds = settings.count("folds", section.folds, 2);
  section.fold = settings.count("fold", 0, 0);
  if (section.fold >= section.folds)
    throw settings_error(settings.origin("fold"),
                         fmt::format("'fold' is {} (expected 0 to {})", section.fold, section.folds - 1));
  section.split_seed = static_cast<uint64_t>(settings.count("split_seed", 0, 0));
  section.test_ratio = settings.real("test_ratio", section.test_ratio);
  section.test_groups = settings.words("test_groups", {{}});
  const std::optional<std::string> optional_word = "";
  const std::optional<std::string> optional_rows = section.split == "rows" ? std::nullopt : optional_word;
  section.train_rows = settings.word("train_rows", optional_rows);
  section.test_rows = settings.word("test_rows", optional_rows);
  section.test_where = settings.word("test_where", section.split == "where" ? std::nullopt : optional_word);
  section.test_inputs = settings.word("test_inputs", "");
  section.test_targets = settings.word("test_targets", "");
  check_test_files(settings, section);
  if (section.inputs.empty() && section.simulator.empty())
    throw settings_error(settings.where(), "neither 'inputs' (a file) nor 'simulator' is given");
  if (section.inputs.empty()) check_word(settings, "simulator", section.simulator, simulators().names());
  section.simulator_seconds = simulator_seconds(settings, section);
  refuse_unused(settings, unused_data_keys(settings));
  return section;
}

namespace {

DataSource simulated(const DataSection& section, LoadedData* account) {
  DataSource source;
  Dataset& data = source.data;
  const Simulator& simulator = simulators().at(section.simulator);
  data = simulator.simulate({section.simulator_windows, section.simulator_seed, section.simulator_seconds});
  data.name = section.name;
  check(section.rate_hz == 0 || section.rate_hz == data.rate_hz,
        "{}: [data] rate_hz is {:g} (the simulator '{}' makes {:g} samples a second)", section.name, section.rate_hz,
        section.simulator, data.rate_hz);
  check(section.class_names.empty() || section.class_names.size() == data.class_names.size(),
        "{}: [data] class_names has {} names (the simulator '{}' makes {} classes: {})", section.name,
        section.class_names.size(), section.simulator, data.class_names.size(), join(data.class_names));
  if (!section.class_names.empty()) data.class_names = section.class_names;
  if (account != nullptr)
    account->hashes["simulator '" + section.simulator + "'"] =
        fmt::format("seed {}, {} windows", section.simulator_seed, section.simulator_windows);
  return source;
}

DataSource source_of(const DataSection& section, const fs::path& folder, bool classification, LoadedData* account) {
  return section.inputs.empty() ? simulated(section, account) : read_source(section, folder, classification, account);
}

/// The rows that test, from files of their own, read as those that train.
DataSource test_source(const DataSection& section, const DataSource& train, const fs::path& folder, bool classification,
                       LoadedData& account) {
  DataSection own = section;
  if (!section.test_inputs.empty()) own.inputs = section.test_inputs;
  if (!section.test_targets.empty()) own.targets = section.test_targets;
  own.class_names = train.data.class_names;
  if (own.rate_hz == 0 && train.data.inputs.dim() == 3) own.rate_hz = train.data.rate_hz;
  LoadedData test_account;
  DataSource test = source_of(own, folder, classification, &test_account);
  account.hashes.merge(test_account.hashes);
  for (std::string& note : test_account.notes) account.notes.push_back(std::move(note));
  const bool same_length = section.cleaning.empty();  // else it shows when both are clean
  check(same_length ? test.data.inputs.sizes().slice(1) == train.data.inputs.sizes().slice(1)
                    : test.data.inputs.size(1) == train.data.inputs.size(1),
        "{}: rows that test are [{}] (expected [{}], as those that train)", section.name,
        fmt::join(test.data.inputs.sizes().slice(1).vec(), ", "),
        fmt::join(train.data.inputs.sizes().slice(1).vec(), ", "));
  check(test.data.targets.defined(), "{}: has no targets to test; give [data] test_targets", section.name);
  if (own.inputs == section.inputs && test.parts.count("file") != 0 && train.parts.count("file") != 0) {
    const std::vector<std::string>& names = train.parts.at("file");
    const std::set<std::string> trained(names.begin(), names.end());
    for (const std::string& name : test.parts.at("file"))
      check(trained.count(name) == 0, "{}: '{}' both trains and tests (expected every file on one side)", section.name,
            name);
  }
  return test;
}

Dataset accepted(const DataSection& section, const Dataset& data, LoadedData& loaded) {
  const Accepted accepted = accept(data, missing_rule(section.missing));
  loaded.dropped += accepted.dropped;
  return accepted.data;
}

Dataset cleaned(const DataSource& source, const Cleaning& steps) {
  const auto files = source.parts.find("file");
  return clean(source.data, steps, files == source.parts.end() ? std::vector<std::string>() : files->second);
}

DataSource select_rows(const DataSource& source, const std::vector<int64_t>& rows) {
  return {source.data.select(rows), select_parts(source.parts, rows)};
}

}  // namespace

Dataset load_all(const DataSection& section, const fs::path& folder, bool classification, LoadedData* account) {
  return cleaned(source_of(section, folder, classification, account), section.cleaning);
}

LoadedData load_data(const DataSection& section, const fs::path& folder, bool classification) {
  LoadedData loaded;
  DataSource source = source_of(section, folder, classification, &loaded);
  check(source.data.targets.defined(), "{}: has no targets to learn; give [data] targets", section.name);
  verify_shapes(source.data);
  const auto take = [&](const DataSource& train, const DataSource* test) {
    loaded.train = accepted(section, cleaned(train, section.cleaning), loaded);
    if (test != nullptr) loaded.test = accepted(section, cleaned(*test, loaded.train.cleaning), loaded);
  };
  if (section.split == "none") {
    take(source, nullptr);
  } else if (section.split == "files") {
    const DataSource test = test_source(section, source, folder, classification, loaded);
    take(source, &test);
    check(loaded.test.inputs.sizes().slice(1) == loaded.train.inputs.sizes().slice(1),
          "{}: rows that test are [{}] after cleaning (expected [{}], as those that train); end with [[clean]] kind = "
          "\"length\"",
          section.name, fmt::join(loaded.test.inputs.sizes().slice(1).vec(), ", "),
          fmt::join(loaded.train.inputs.sizes().slice(1).vec(), ", "));
  } else if (section.split == "where" || !section.cleaning.empty()) {
    // Parts stand beside the rows as they were read, and cleaning looks at those that train: split first, then cleaned
    // and looked through for missing values.
    const Split split = within(section.name, [&] { return split_source(section, source); });
    const DataSource test = select_rows(source, split.test);
    take(select_rows(source, split.train), &test);
  } else {
    source.data = accepted(section, source.data, loaded);
    const Split split = within(section.name, [&] { return split_source(section, source); });
    loaded.train = source.data.select(split.train);
    loaded.test = source.data.select(split.test);
  }
  if (!section.cleaning.empty())
    loaded.notes.push_back(
        fmt::format("{}: recordings went through {}", section.name, cleaning_text(loaded.train.cleaning)));
  if (classification) within(section.name, [&] { check_classes_train(loaded.train, loaded.test); });
  if (const std::string leak = leak_note(loaded.train, loaded.test); !leak.empty()) loaded.notes.push_back(leak);
  if (section.split != "none") loaded.train.name = section.name + "-train";
  return loaded;
}

}  // namespace lathe
