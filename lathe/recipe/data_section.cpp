#include "lathe/recipe/data_section.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <set>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/readers.h"
#include "lathe/data/simulators/simulators.h"
#include "lathe/data/splits.h"
#include "lathe/data/transforms.h"
#include "lathe/data/windows.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

void check_word(const Settings& settings, const std::string& key, const std::string& word,
                std::vector<std::string> known) {
  if (std::find(known.begin(), known.end(), word) == known.end())
    throw settings_error(settings.origin(key), unknown_name(key, word, std::move(known)));
}

const std::vector<std::string> kLayouts = {"NCHW", "NCT", "NT", "NTC", "T", "TC"};
const std::vector<std::string> kSplits = {"contiguous", "grouped", "holdout", "none", "rows", "shuffled"};

bool is_recording(const std::string& layout) { return layout == "T" || layout == "TC"; }

std::string layout_of(const DataSection& section, const at::Tensor& values) {
  if (!section.layout.empty()) return section.layout;
  switch (values.dim()) {
    case 1: return "T";
    case 2: return section.window_samples > 0 ? "TC" : "NT";  // only a recording is cut
    case 3: return "NCT";
    case 4: return "NCHW";
    default: fail("has {} axes (expected 1 to 4)", values.dim());
  }
}

/// To [N, C, T] or [N, C, H, W], or [C, T] for a recording.
at::Tensor arrange(const at::Tensor& values, const std::string& layout) {
  check(values.dim() == static_cast<int64_t>(layout.size()), "has {} axes (expected {} for layout '{}')", values.dim(),
        layout.size(), layout);
  if (layout == "NT") return values.unsqueeze(1);
  if (layout == "NTC") return values.transpose(1, 2);
  if (layout == "T") return values.unsqueeze(0);
  if (layout == "TC") return values.transpose(0, 1);
  return values;
}

/// Opens files once each and remembers their hashes.
class Files {
 public:
  Files(fs::path folder, LoadedData* account) : folder_(std::move(folder)), account_(account) {}
  fs::path find(const std::string& name) const {
    const fs::path path = fs::path(name).is_absolute() ? fs::path(name) : folder_ / name;
    check(fs::path(name).is_absolute() || !fs::exists(folder_) || fs::is_directory(folder_),
          "--data {0}: is a file, expected a folder", folder_.string());
    check(fs::exists(path) || !fs::path(name).is_absolute(), "{}: is not there", path.string());
    check(fs::exists(path), "{}: is not there; give the folder that holds '{}' with --data", path.string(), name);
    return path;
  }
  at::Tensor array(const std::string& name) const {
    const fs::path path = find(name);
    note(name, path);
    return open_array(path).values;
  }
  at::Tensor columns(const std::string& name, const std::vector<std::string>& columns) const {
    const fs::path path = find(name);
    check(accepts_csv(path), "{}: has no columns to choose from (expected .csv or .tsv with 'columns', got '{}')",
          path.string(), path.extension().string());
    note(name, path);
    return read_columns(path, columns).values;
  }
  std::vector<std::string> column(const std::string& name, const std::string& column) const {
    const fs::path path = find(name);
    note(name, path);
    return read_labels(path, column);
  }

 private:
  fs::path folder_;
  LoadedData* account_;
  void note(const std::string& name, const fs::path& path) const {
    if (account_ != nullptr) account_->hashes[name] = content_hash(MappedFile(path).bytes());
  }
};

/// Text labels to classes: the given names, or the sorted distinct labels.
void encode(const std::vector<std::string>& labels, Dataset& data, const std::string& file) {
  if (data.class_names.empty()) {
    const std::set<std::string> distinct(labels.begin(), labels.end());
    data.class_names.assign(distinct.begin(), distinct.end());
  }
  data.targets = at::Tensor();
  std::vector<int64_t> classes;
  for (const std::string& label : labels) {
    const auto found = std::find(data.class_names.begin(), data.class_names.end(), label);
    if (found == data.class_names.end()) throw Error(file + ": " + unknown_name("class", label, data.class_names));
    classes.push_back(found - data.class_names.begin());
  }
  data.targets = at::tensor(classes, at::kLong);
}

std::vector<std::string> as_names(const at::Tensor& values, const std::string& file) {
  check(values.dim() == 1, "{}: groups have {} axes (expected 1)", file, values.dim());
  std::vector<std::string> names;
  for (int64_t row = 0; row < values.size(0); ++row)
    names.push_back(fmt::format("{}", values[row].item<double>()));
  return names;
}

/// A class is a whole number: 0.5 must not become 0.
at::Tensor as_classes(const at::Tensor& values, const std::string& file) {
  if (values.is_floating_point()) {
    const at::Tensor odd = values.ne(values.floor());  // NaN too
    if (odd.any().item<bool>()) {
      const int64_t row = odd.to(at::kByte).argmax().item<int64_t>();
      fail("{}: class is not a whole number (got {} in row {})", file, values[row].item<double>(), row);
    }
  }
  return values.to(at::kLong);
}

void read_targets(const DataSection& section, const Files& files, bool classification, Dataset& data) {
  if (!section.targets_column.empty()) {
    encode(files.column(section.targets, section.targets_column), data, section.targets);
  } else {
    data.targets = files.array(section.targets);
    if (classification) {
      check(data.targets.dim() == 1 || (data.targets.dim() == 2 && data.targets.size(1) == 1),
            "{}: classes have {} axes (expected 1, a class a row)", section.targets, data.targets.dim());
      data.targets = as_classes(data.targets.flatten(), section.targets);
    }
  }
}

Dataset from_files(const DataSection& section, const fs::path& folder, bool classification, LoadedData* account) {
  const Files files(folder, account);
  Dataset data;
  data.name = section.name;
  data.class_names = section.class_names;
  data.rate_hz = section.rate_hz;
  const at::Tensor values =
      section.columns.empty() ? files.array(section.inputs) : files.columns(section.inputs, section.columns);
  const std::string layout = within(section.inputs, [&] { return layout_of(section, values); });
  data.inputs = within(section.inputs, [&] { return arrange(values, layout); });
  if (!section.targets.empty()) read_targets(section, files, classification, data);
  check(
      is_recording(layout) || section.window_samples == 0,
      "{}: holds windows already (layout '{}'), so window_samples has no effect; it counts with layout \"T\" or \"TC\"",
      section.inputs, layout);
  if (is_recording(layout)) {
    check(section.window_samples > 0, "{}: is one recording (layout '{}'): 'window_samples' is missing",
          section.inputs, layout);
    const WindowOptions cut{section.window_samples,
                            section.stride_samples > 0 ? section.stride_samples : section.window_samples};
    data.inputs = within(section.inputs, [&] { return cut_windows(data.inputs, cut); });
    if (data.targets.defined())
      data.targets = within(section.targets, [&] {
        return classification ? majority_labels(data.targets, cut) : cut_labels(data.targets.flatten(), cut);
      });
  }
  if (!section.groups.empty())
    data.groups = section.groups_column.empty() ? as_names(files.array(section.groups), section.groups)
                                                : files.column(section.groups, section.groups_column);
  return data;
}

Split split_rows(const DataSection& section, const Dataset& data) {
  if (section.split == "contiguous") return contiguous_fold(data.rows(), section.fold, section.folds);
  if (section.split == "shuffled") return shuffled_fold(data.rows(), section.fold, section.folds, section.split_seed);
  if (section.split == "rows")
    return {row_range(section.train_rows, data.rows()), row_range(section.test_rows, data.rows())};
  check(!data.groups.empty(), "split = \"{}\" needs groups; give [data] groups", section.split);
  if (section.split == "grouped") return grouped_fold(data.groups, section.fold, section.folds, section.split_seed);
  return section.test_groups.empty() ? group_holdout(data.groups, section.test_ratio, section.split_seed)
                                     : group_holdout(data.groups, section.test_groups);
}

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
  section.layout = settings.word("layout", "");
  if (!section.layout.empty()) check_word(settings, "layout", section.layout, kLayouts);
  section.window_samples = settings.count("window_samples", 0, 0);
  section.stride_samples = settings.count("stride_samples", 0, 0);
  section.simulator = settings.word("simulator", "");
  section.simulator_windows = settings.count("simulator_windows", 120, 1);
  section.simulator_seed = static_cast<uint64_t>(settings.count("simulator_seed", 0, 0));
  section.rate_hz = settings.real("rate_hz", 0.0);
  section.normalize = settings.word("normalize", section.normalize);
  check_word(settings, "normalize", section.normalize, transforms().names());
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
  const std::optional<std::string> optional_rows =
      section.split == "rows" ? std::nullopt : std::optional<std::string>("");
  section.train_rows = settings.word("train_rows", optional_rows);
  section.test_rows = settings.word("test_rows", optional_rows);
  if (section.inputs.empty() && section.simulator.empty())
    throw settings_error(settings.where(), "neither 'inputs' (a file) nor 'simulator' is given");
  if (section.inputs.empty()) check_word(settings, "simulator", section.simulator, simulators().names());
  refuse_unused(settings, unused_data_keys(settings));
  return section;
}

Dataset load_all(const DataSection& section, const fs::path& folder, bool classification, LoadedData* account) {
  if (!section.inputs.empty()) return from_files(section, folder, classification, account);
  Dataset data = simulators().at(section.simulator).simulate(section.simulator_windows, section.simulator_seed);
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
  return data;
}

LoadedData load_data(const DataSection& section, const fs::path& folder, bool classification) {
  LoadedData loaded;
  const Dataset raw = load_all(section, folder, classification, &loaded);
  check(raw.targets.defined(), "{}: has no targets to learn; give [data] targets", section.name);
  const Accepted accepted = accept(raw, missing_rule(section.missing));
  loaded.dropped = accepted.dropped;
  if (section.split == "none") {
    loaded.train = accepted.data;
    return loaded;
  }
  const Split split = within(section.name, [&] { return split_rows(section, accepted.data); });
  const bool by_group = section.split == "grouped" || section.split == "holdout";
  within(section.name, [&] {
    check_no_leak(split, by_group ? std::span<const std::string>(accepted.data.groups) : std::span<const std::string>());
  });
  loaded.train = accepted.data.select(split.train);
  loaded.test = accepted.data.select(split.test);
  loaded.train.name = section.name + "-train";
  return loaded;
}

}  // namespace lathe
