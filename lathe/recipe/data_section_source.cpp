#include "lathe/recipe/data_section_source.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/names.h"
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/join_arrays.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/data/readers/npy_words.h"
#include "lathe/data/readers/recordings.h"
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

std::vector<std::string> as_names(const at::Tensor& values, const std::string& file) {
  check(values.dim() == 1, "{}: groups have {} axes (expected 1)", file, values.dim());
  std::vector<std::string> names;
  for (int64_t row = 0; row < values.size(0); ++row)
    names.push_back(values.is_floating_point() ? fmt::format("{}", values[row].item<double>())
                                               : fmt::format("{}", values[row].item<int64_t>()));
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

/// The words of a file of words; nothing where it holds numbers.
std::vector<std::string> words(const DataFiles& files, const std::string& name) {
  const fs::path path = files.find(name);
  if (!holds_words(path)) return {};
  files.note(name, path);
  return read_words(path);
}

std::vector<std::string> column(const DataFiles& files, const std::string& name, const std::string& column) {
  const fs::path path = files.find(name);
  files.note(name, path);
  return read_labels(path, column);
}

Array open_inputs(const DataSection& section, const DataFiles& files, const fs::path& path) {
  files.note(section.inputs, path);
  if (section.columns.empty()) return open_array(path);
  check(accepts_table(path), "{}: has no columns to choose from (expected .csv, .tsv or .txt with 'columns', got '{}')",
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
  } else if (const auto labels = section.targets.empty() ? std::vector<std::string>() : words(files, section.targets);
             !labels.empty()) {
    encode_labels(labels, data, section.targets);
  } else if (!section.targets.empty()) {
    data.targets = array(files, section.targets);
    if (classification) data.targets = as_classes(data.targets, section.targets);
  } else if (inputs.labels.defined()) {
    data.targets = inputs.labels;
    if (data.class_names.empty()) data.class_names = inputs.class_names;
  }
  if (!inputs.files.empty()) source.parts["file"] = inputs.files;
}

/// One recording of an array to windows, and its labels with it.
void cut(const DataSection& section, bool classification, DataSource& source) {
  Dataset& data = source.data;
  const RecordingSection& recordings = section.recordings;
  WindowOptions cut;
  cut.length_samples = within(section.inputs, [&] {
    return samples_of({section.window_samples, recordings.window_seconds}, section.rate_hz, "window_seconds");
  });
  const Length stride{section.stride_samples, recordings.stride_seconds};
  cut.stride_samples =
      stride.given() ? within(section.inputs, [&] { return samples_of(stride, section.rate_hz, "stride_seconds"); })
                     : cut.length_samples;
  data.inputs = within(section.inputs, [&] { return cut_windows(data.inputs, cut); });
  if (data.targets.defined())
    data.targets = within(section.targets, [&] {
      if (!classification) return cut_labels(data.targets.flatten(), cut);
      return recordings.label_rule == "threshold" ? threshold_labels(data.targets, cut, recordings.label_threshold)
                                                  : majority_labels(data.targets, cut);
    });
  source.parts.clear();  // they are of samples, not of windows
}

/// [N, 900, 3] is hardly 900 channels of 3 samples.
void check_axes(const DataSection& section, const at::Tensor& inputs, const std::string& layout) {
  if (!section.layout.empty() || layout != "NCT") return;  // who says how it is knows
  const int64_t channels = inputs.size(1), samples = inputs.size(2);
  check(samples > 16 || channels <= 4 * samples,
        "{}: would be {} channels of {} samples; set layout = \"NTC\" where it is {} samples of {} channels, or layout "
        "= \"NCT\" where it is not",
        section.inputs, channels, samples, channels, samples);
}

void read_groups(const DataSection& section, const DataFiles& files, DataSource& source) {
  Dataset& data = source.data;
  if (is_name_pattern(section.groups)) {
    data.groups = part_groups(section.groups, source.parts);
  } else if (!section.groups_column.empty()) {
    data.groups = column(files, section.groups, section.groups_column);
  } else if (!section.groups.empty()) {
    data.groups = words(files, section.groups);
    if (data.groups.empty()) data.groups = as_names(array(files, section.groups), section.groups);
    for (size_t row = 0; row < data.groups.size(); ++row)
      check(!data.groups[row].empty() && data.groups[row] != "nan", "{}: row {} has no group (expected a name)",
            section.groups, row);
  }
}

/// When each row begins, in seconds.
void read_row_times(const DataSection& section, const DataFiles& files, Dataset& data) {
  if (section.times.empty()) return;
  const fs::path path = files.find(section.times);
  files.note(section.times, path);
  const at::Tensor times = holds_dates(path) ? read_dates(path) : open_array(path).values.to(at::kDouble);
  check(times.dim() == 1 && times.size(0) == data.rows(), "{}: has shape [{}] (expected [{}], a time a row)",
        section.times, fmt::join(times.sizes().vec(), ", "), data.rows());
  data.times = times;
}

DataSource from_arrays(const DataSection& section, const DataFiles& files, const fs::path& path, bool classification) {
  DataSource source;
  Dataset& data = source.data;
  data.class_names = section.class_names;
  const Array inputs = open_inputs(section, files, path);
  const std::string layout = within(section.inputs, [&] { return layout_of(section, inputs.values); });
  data.inputs = within(section.inputs, [&] { return arrange(inputs.values, layout); });
  read_targets(section, files, classification, inputs, source);
  check(is_recording(layout) || !windows_asked(section),
        "{}: holds windows already (layout '{}'), so {} has no effect; it counts with layout \"T\" or \"TC\"",
        section.inputs, layout, section.window_samples > 0 ? "window_samples" : "window_seconds");
  if (is_recording(layout)) {
    check(windows_asked(section), "{}: is one recording (layout '{}'): 'window_samples' is missing", section.inputs,
          layout);
    cut(section, classification, source);
  } else {
    check_axes(section, data.inputs, layout);
  }
  read_groups(section, files, source);
  read_row_times(section, files, data);
  return source;
}

/// A file that may be larger than memory is hashed in parts, and its hash is that of theirs.
std::string hash_of_file(const fs::path& path) {
  constexpr size_t part = size_t{1} << 26, small = 4 * part;
  const MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  if (bytes.size() <= small) return content_hash(bytes);
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += part) {
    text += content_hash(bytes.subspan(at, std::min(part, bytes.size() - at)));
    MappedFile::forget(bytes.data());
  }
  return content_hash(std::as_bytes(std::span<const char>(text)));
}

/// A table of samples is read as a folder of one where something asks for what arrays do not have.
bool asks_for_samples(const DataSection& section) {
  return section.recordings.any() || (section.groups.empty() && !section.groups_column.empty());
}

}  // namespace

void encode_labels(const std::vector<std::string>& labels, Dataset& data, const std::string& file) {
  if (data.class_names.empty()) data.class_names = distinct_names(labels);
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
  if (!is_pattern(path) && !fs::is_directory(path)) return note(name, hash_of_file(path));
  std::string text;
  for (const fs::path& one : all) text += one.filename().string() + "\n" + hash_of_file(one);
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
  const bool recording = accepts_table(path) && asks_for_samples(section);
  DataSource source = (folder_of_files || recording) && !is_pattern(path)
                          ? read_file_set(section, files, path, classification)
                          : from_arrays(section, files, path, classification);
  source.data.name = section.name;
  if (source.data.rate_hz == 0) source.data.rate_hz = section.rate_hz;
  return source;
}

}  // namespace lathe
