#include "lathe/recipe/data_section_recordings.h"

#include <algorithm>

#include "lathe/base/text.h"
#include "lathe/data/names.h"
#include "lathe/data/readers/recordings.h"
#include "lathe/recipe/data_section_source.h"

namespace lathe {
namespace {

struct Unit {
  const char* name;
  double in_g;
};
constexpr Unit kUnits[] = {{"g", 1}, {"m/s2", 1 / 9.80665}, {"mg", 1e-3}};

/// What a value is multiplied by to become g; 1 where no unit is given.
double in_g(const std::string& unit) {
  for (const Unit& one : kUnits)
    if (unit == one.name) return one.in_g;
  return 1;
}

double positive(const Settings& settings, const std::string& key, double most) {
  const double value = settings.real(key, 0.0);
  if (settings.has(key) && !(value > 0 && value <= most))
    throw settings_error(settings.origin(key),
                         fmt::format("'{}' is {:g} (expected more than 0, at most {:g})", key, value, most));
  return value;
}

std::string one_of(const Settings& settings, const std::string& key, const std::string& otherwise,
                   const std::vector<std::string>& known) {
  const std::string word = settings.word(key, otherwise);
  if (settings.has(key) && std::find(known.begin(), known.end(), word) == known.end())
    throw settings_error(settings.origin(key), unknown_name(key, word, known));
  return word;
}

Blank blank_rule(const DataSection& section) {
  if (!section.cleaning.empty()) return Blank::keep;  // [[clean]] decides over them
  return section.missing == "drop" ? Blank::interrupt : Blank::refuse;
}

RecordingOptions options_of(const DataSection& section) {
  const RecordingSection& recordings = section.recordings;
  const double unit = in_g(recordings.unit);
  RecordingOptions options;
  options.columns = {.channels = section.columns,
                     .time = recordings.time_column,
                     .labels = recordings.labels_column,
                     .groups = section.groups_column};
  options.rate_hz = section.rate_hz;
  options.resample_hz = recordings.resample_hz;
  options.spectral = recordings.resample == "fft";
  options.gain = recordings.gain * unit;
  options.offset = recordings.offset * unit;
  options.window = {section.window_samples, recordings.window_seconds};
  options.stride = {section.stride_samples, recordings.stride_seconds};
  options.short_recordings = short_rule(recordings.short_recordings.empty() ? "refuse" : recordings.short_recordings);
  options.label_rule = {recordings.label_rule == "threshold" ? recordings.label_threshold : 0};
  options.blanks = blank_rule(section);
  options.corrupt = corrupt_rule(section.corrupt);
  return options;
}

}  // namespace

const std::vector<std::string>& recording_keys() {
  static const std::vector<std::string> keys = {"gain",        "labels_column", "offset",      "resample",
                                                "resample_hz", "short",         "time_column", "unit"};
  return keys;
}

RecordingSection recording_section(const Settings& settings) {
  RecordingSection section;
  section.window_seconds = positive(settings, "window_seconds", 86'400);
  section.stride_seconds = positive(settings, "stride_seconds", 86'400);
  section.short_recordings = one_of(settings, "short", "", {"drop", "edge", "refuse", "wrap", "zero"});
  section.resample_hz = positive(settings, "resample_hz", 1e6);
  section.resample = one_of(settings, "resample", section.resample, {"fft", "linear"});
  section.gain = settings.real("gain", 1.0);
  section.offset = settings.real("offset", 0.0);
  section.unit = one_of(settings, "unit", "", {"g", "m/s2", "mg"});
  section.time_column = settings.word("time_column", "");
  section.labels_column = settings.word("labels_column", "");
  section.label_rule = one_of(settings, "label_rule", section.label_rule, {"majority", "threshold"});
  section.label_threshold = positive(settings, "label_threshold", 1);
  if (section.label_rule == "threshold" && section.label_threshold == 0)
    throw settings_error(settings.origin("label_rule"),
                         "label_rule = \"threshold\" needs 'label_threshold', the part of a window's samples");
  return section;
}

DataSource read_recording_set(const DataSection& section, const DataFiles& files, const FileList& list,
                              bool classification) {
  const bool by_sample = !section.recordings.labels_column.empty();
  check(!by_sample || classification,
        "{}: 'labels_column' makes a class a window (expected a model of classes, got one of labels a sample)",
        section.inputs);
  check(!by_sample || !is_label_pattern(section.targets),
        "{}: both 'targets' and 'labels_column' say what class a row has; leave one of them out", section.inputs);
  FileList named = list;
  if (by_sample) named.labels.clear();
  RecordingRows rows = read_recordings(named, options_of(section));
  const FileList of_rows = named.select(rows.files);
  DataSource source;
  source.data.inputs = rows.values;
  source.data.rate_hz = rows.rate_hz;
  source.data.times = rows.times;
  source.data.class_names = section.class_names;
  source.parts = of_rows.parts;
  const std::vector<std::string>& labels = by_sample ? rows.labels : of_rows.labels;
  if (!labels.empty()) encode_labels(labels, source.data, section.inputs);
  source.data.groups = std::move(rows.groups);
  files.note(section.inputs, rows.hash);
  files.say(std::move(rows.notes));
  return source;
}

}  // namespace lathe
