#include "lathe/recipe/data_section_source.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/join_arrays.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/data/windows.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

bool is_recording(const std::string& layout) {
  return layout == "T" || layout == "TC";
}

std::string layout_of(const DataSection& section, const at::Tensor& values) {
  if (!section.layout.empty()) return section.layout;
  switch (values.dim()) {
    case 1:
      return "T";
    case 2:
      return section.window_samples > 0 ? "TC" : "NT";  // only a recording is cut
    case 3:
      return "NCT";
    case 4:
      return "NCHW";
    default:
      fail("has {} axes (expected 1 to 4)", values.dim());
  }
}

/// To [N, C, T] or [N, C, H, W], or [C, T] for a recording.
at::Tensor arrange(const at::Tensor& values, const std::string& layout) {
  check(values.dim() == static_cast<int64_t>(layout.size()), "has {} axes (expected {} for layout '{}')", values.dim(),
        layout.size(), layout);
  if (layout == "NT" || layout == "NHW") return values.unsqueeze(1);
  if (layout == "NTC") return values.transpose(1, 2);
  if (layout == "NHWC") return values.permute({0, 3, 1, 2});
  if (layout == "T") return values.unsqueeze(0);
  if (layout == "TC") return values.transpose(0, 1);
  return values;
}

std::optional<int64_t> whole_number(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> as_names(const at::Tensor& values, const std::string& file) {
  check(values.dim() == 1, "{}: groups have {} axes (expected 1)", file, values.dim());
  std::vector<std::string> names;
  for (int64_t row = 0; row < values.size(0); ++row) names.push_back(fmt::format("{}", values[row].item<double>()));
  return names;
}

/// A class is a whole number: 0.5 must not become 0.
at::Tensor as_classes(const at::Tensor& values, const std::string& file) {
  check(values.dim() == 1 || (values.dim() == 2 && values.size(1) == 1),
        "{}: classes have {} axes (expected 1, a class a row)", file, values.dim());
  const at::Tensor flat = values.flatten();
  if (flat.is_floating_point()) {
    const at::Tensor odd = flat.ne(flat.floor());  // NaN too
    if (odd.any().item<bool>()) {
      const int64_t row = odd.to(at::kByte).argmax().item<int64_t>();
      fail("{}: class is not a whole number (got {} in row {})", file, flat[row].item<double>(), row);
    }
  }
  return flat.to(at::kLong);
}

at::Tensor array(const DataFiles& files, const std::string& name) {
  const fs::path path = files.find(name);
  files.note(name, path);
  return open_array(path).values;
}

std::vector<std::string> column(const DataFiles& files, const std::string& name, const std::string& column) {
  const fs::path path = files.find(name);
  files.note(name, path);
  return read_labels(path, column);
}

Array open_inputs(const DataSection& section, const DataFiles& files, const fs::path& path) {
  files.note(section.inputs, path);
  if (section.columns.empty()) return open_array(path);
  check(accepts_csv(path), "{}: has no columns to choose from (expected .csv or .tsv with 'columns', got '{}')",
        path.string(), path.extension().string());
  return read_columns(path, section.columns);
}

void read_targets(const DataSection& section, const DataFiles& files, bool classification, const Array& inputs,
                  DataSource& source) {
  Dataset& data = source.data;
  check(!is_name_pattern(section.targets),
        "{}: has no file a row, whose name targets = \"{}\" could take apart; it counts with folders of files",
        section.inputs, section.targets);
  if (!section.targets_column.empty()) {
    encode_labels(column(files, section.targets, section.targets_column), data, section.targets);
    const TextTable table = read_text_table(files.find(section.targets));
    for (size_t i = 0; i < table.names.size(); ++i) source.parts[table.names[i]] = table.cells[i];
  } else if (!section.targets.empty()) {
    data.targets = array(files, section.targets);
    if (classification) data.targets = as_classes(data.targets, section.targets);
  } else if (inputs.labels.defined()) {
    data.targets = inputs.labels;
    if (data.class_names.empty()) data.class_names = inputs.class_names;
  }
  if (!inputs.files.empty()) source.parts["file"] = inputs.files;
}

DataSource from_arrays(const DataSection& section, const DataFiles& files, const fs::path& path, bool classification) {
  DataSource source;
  Dataset& data = source.data;
  data.class_names = section.class_names;
  const Array inputs = open_inputs(section, files, path);
  const std::string layout = within(section.inputs, [&] { return layout_of(section, inputs.values); });
  data.inputs = within(section.inputs, [&] { return arrange(inputs.values, layout); });
  read_targets(section, files, classification, inputs, source);
  check(
      is_recording(layout) || section.window_samples == 0,
      "{}: holds windows already (layout '{}'), so window_samples has no effect; it counts with layout \"T\" or \"TC\"",
      section.inputs, layout);
  if (is_recording(layout)) {
    check(section.window_samples > 0, "{}: is one recording (layout '{}'): 'window_samples' is missing", section.inputs,
          layout);
    const WindowOptions cut{section.window_samples,
                            section.stride_samples > 0 ? section.stride_samples : section.window_samples};
    data.inputs = within(section.inputs, [&] { return cut_windows(data.inputs, cut); });
    if (data.targets.defined())
      data.targets = within(section.targets, [&] {
        return classification ? majority_labels(data.targets, cut) : cut_labels(data.targets.flatten(), cut);
      });
    source.parts.clear();  // they are of samples, not of windows
  }
  if (is_name_pattern(section.groups)) {
    data.groups = part_groups(section.groups, source.parts);
  } else if (!section.groups.empty()) {
    data.groups = section.groups_column.empty() ? as_names(array(files, section.groups), section.groups)
                                                : column(files, section.groups, section.groups_column);
  }
  return source;
}

}  // namespace

void encode_labels(const std::vector<std::string>& labels, Dataset& data, const std::string& file) {
  if (data.class_names.empty()) {
    const std::set<std::string> distinct(labels.begin(), labels.end());
    data.class_names.assign(distinct.begin(), distinct.end());
    const bool numbers = std::all_of(distinct.begin(), distinct.end(),
                                     [](const std::string& label) { return whole_number(label).has_value(); });
    if (numbers)  // 2 comes before 10
      std::stable_sort(data.class_names.begin(), data.class_names.end(),
                       [](const std::string& a, const std::string& b) { return *whole_number(a) < *whole_number(b); });
  }
  data.targets = at::Tensor();
  std::vector<int64_t> classes;
  for (const std::string& label : labels) {
    check(!label.empty(), "{}: row {} has no class (expected a word)", file, classes.size());
    const auto found = std::find(data.class_names.begin(), data.class_names.end(), label);
    if (found == data.class_names.end()) throw Error(file + ": " + unknown_name("class", label, data.class_names));
    classes.push_back(found - data.class_names.begin());
  }
  data.targets = at::tensor(classes, at::kLong);
}

std::vector<std::string> part_groups(const std::string& text, const Parts& parts) {
  const NamePattern pattern(text);
  std::vector<std::string> known, groups;
  for (const auto& part : parts) known.push_back(part.first);
  check(!known.empty(), "groups = \"{}\": rows have no named parts (expected a folder of files, or targets_column)",
        text);
  for (const std::string& part : pattern.parts())
    if (parts.count(part) == 0)
      throw Error(fmt::format("groups = \"{}\": {}", text, unknown_name("part", part, known)));
  for (size_t row = 0; row < parts.begin()->second.size(); ++row)
    groups.push_back(pattern.filled([&](const std::string& part) { return parts.at(part)[row]; }));
  return groups;
}

fs::path DataFiles::find(const std::string& name) const {
  const fs::path path = fs::path(name).is_absolute() ? fs::path(name) : folder_ / name;
  check(fs::path(name).is_absolute() || !fs::exists(folder_) || fs::is_directory(folder_),
        "--data {0}: is a file, expected a folder", folder_.string());
  if (is_pattern(path)) return path;  // opening it says what is wrong
  check(fs::exists(path) || !fs::path(name).is_absolute(), "{}: is not there", path.string());
  check(fs::exists(path), "{}: is not there; give the folder that holds '{}' with --data", path.string(), name);
  return path;
}

void DataFiles::note(const std::string& name, const fs::path& path) const {
  if (account_ == nullptr) return;
  std::vector<fs::path> all;
  if (is_pattern(path)) all = matching_files(path);
  if (fs::is_directory(path))
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.is_regular_file()) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  if (!is_pattern(path) && !fs::is_directory(path)) return note(name, content_hash(MappedFile(path).bytes()));
  std::string text;
  for (const fs::path& one : all) text += one.filename().string() + "\n" + content_hash(MappedFile(one).bytes());
  note(name, content_hash(std::as_bytes(std::span<const char>(text))));
}

void DataFiles::note(const std::string& name, const std::string& hash) const {
  if (account_ != nullptr) account_->hashes[name] = hash;
}

void DataFiles::say(std::vector<std::string> sentences) const {
  if (account_ == nullptr) return;
  for (std::string& sentence : sentences) account_->notes.push_back(std::move(sentence));
}

DataSource read_source(const DataSection& section, const fs::path& folder, bool classification, LoadedData* account) {
  const DataFiles files(folder, account);
  const fs::path path = files.find(section.inputs);
  const Reader* reader = reader_of(path);
  const bool folder_of_files = reader == nullptr ? fs::is_directory(path) : reader->holds != Holds::rows;
  DataSource source = folder_of_files && !is_pattern(path) ? read_file_set(section, files, path)
                                                           : from_arrays(section, files, path, classification);
  source.data.name = section.name;
  if (source.data.rate_hz == 0) source.data.rate_hz = section.rate_hz;
  return source;
}

}  // namespace lathe
