/// [data] inputs that are a folder of images, recordings or tables of signals, a file a row.
#include <algorithm>

#include "lathe/base/glob.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/file_rows.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/recipe/data_section_source.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

FileList listed(const DataSection& section, const DataFiles& files, const fs::path& path) {
  if (section.targets.empty()) {
    if (!section.recordings.labels_column.empty()) return list_by_name(path, "{}", section.exclude);
    return list_folder(path, section.exclude);
  }
  if (is_name_pattern(section.targets)) return list_by_name(path, section.targets, section.exclude);
  const fs::path table = files.find(section.targets);
  check(accepts_table(table),
        "{}: cannot name the classes of files (expected a .csv, .tsv or .txt, or a pattern of names such as "
        "\"{{label}}_{{index}}\")",
        table.string());
  check(!section.targets_column.empty(), "{}: which column holds the classes? 'targets_column' is missing",
        table.string());
  check(section.exclude.empty(), "{}: 'exclude' has no effect on files that a table names; leave them out of '{}'",
        section.inputs, section.targets);
  files.note(section.targets, table);
  return list_by_table(path, table, {section.files_column, section.targets_column}, corrupt_rule(section.corrupt));
}

/// What could not be refused before it was known what lies in the folder.
void refuse_unused(const DataSection& section, Holds holds) {
  const char* what = holds == Holds::image ? "images" : holds == Holds::clip ? "recordings" : "tables";
  const auto refuse = [&](bool set, const char* key, const char* where) {
    check(!set, "{}: '{}' has no effect on a folder of {}; it counts with {}", section.inputs, key, what, where);
  };
  refuse(holds != Holds::table && !section.columns.empty(), "columns", "tables of numbers");
  const bool windows = windows_asked(section);
  refuse(!section.layout.empty() && section.layout != "TC", "layout", "arrays");
  refuse(!section.times.empty(), "times", "arrays");
  refuse(holds != Holds::table && section.window_samples > 0, "window_samples", "arrays and tables");
  refuse(holds != Holds::table && section.recordings.any(), "window_seconds", "arrays and tables");
  refuse(!windows && !section.groups_column.empty(), "groups_column", "arrays, and tables that are cut into windows");
  refuse(holds != Holds::clip && section.clip_samples > 0, "clip_samples", "recordings");
  refuse(holds != Holds::clip && section.clip_seconds > 0, "clip_seconds", "recordings");
  refuse(holds == Holds::image && section.rate_hz > 0, "rate_hz", "recordings");
  refuse(holds != Holds::image && !section.resize.empty(), "resize", "images");
  refuse(holds == Holds::table && section.channels > 0, "channels", "images and recordings; 'columns' chooses here");
}

FileRows rows_of(const DataSection& section, const FileList& list) {
  const Corrupt corrupt = corrupt_rule(section.corrupt);
  if (list.holds == Holds::image) {
    ImageOptions options{.channels = section.channels, .corrupt = corrupt};
    if (!section.resize.empty()) {
      options.height = section.resize[0];
      options.width = section.resize[1];
    }
    return read_images(list, options);
  }
  if (list.holds == Holds::table)
    return read_tables(list, {.columns = section.columns,
                              .rate_hz = section.rate_hz,
                              .unequal_lengths = !section.cleaning.empty(),
                              .corrupt = corrupt});
  return read_clips(list, {.samples = section.clip_samples,
                           .seconds = section.clip_seconds,
                           .rate_hz = section.rate_hz,
                           .channels = section.channels > 0 ? section.channels : 1,
                           .corrupt = corrupt});
}

/// A file a row.
DataSource read_rows(const DataSection& section, const DataFiles& files, const FileList& all) {
  FileRows rows = rows_of(section, all);
  const FileList list = all.select(rows.kept);
  DataSource source;
  source.data.inputs = rows.values;
  source.data.rate_hz = rows.rate_hz;
  source.data.class_names = section.class_names;
  source.parts = list.parts;
  if (!list.labels.empty()) encode_labels(list.labels, source.data, section.inputs);
  files.note(section.inputs, rows.hash);
  files.say(std::move(rows.notes));
  return source;
}

/// "HMP_Dataset: left out: 5 files as 'Eat_soup/*', none as '*_MODEL*'"
void say_excluded(const DataSection& section, const DataFiles& files, const FileList& list) {
  if (section.exclude.empty()) return;
  std::vector<std::string> parts;
  for (const std::string& pattern : section.exclude) {
    const auto count = std::count_if(list.excluded.begin(), list.excluded.end(),
                                     [&](const std::string& name) { return glob_matches(pattern, name); });
    parts.push_back(count == 0 ? fmt::format("none as '{}'", pattern)
                               : fmt::format("{} file{} as '{}'", count, count == 1 ? "" : "s", pattern));
  }
  files.say({fmt::format("{}: left out: {}", section.inputs, join(parts))});
}

}  // namespace

bool windows_asked(const DataSection& section) {
  return section.window_samples > 0 || section.recordings.window_seconds > 0;
}

bool is_label_pattern(const std::string& targets) {
  if (!is_name_pattern(targets)) return false;
  const std::vector<std::string> parts = NamePattern(targets).parts();
  return std::find(parts.begin(), parts.end(), "label") != parts.end();
}

DataSource read_file_set(const DataSection& section, const DataFiles& files, const fs::path& path,
                         bool classification) {
  const FileList all = listed(section, files, path);
  refuse_unused(section, all.holds);
  say_excluded(section, files, all);
  DataSource source = all.holds == Holds::table && windows_asked(section)
                          ? read_recording_set(section, files, all, classification)
                          : read_rows(section, files, all);
  check(section.groups.empty() || is_name_pattern(section.groups),
        "{}: groups of files come from their parts (expected a pattern such as \"{{speaker}}\", got '{}')",
        section.inputs, section.groups);
  check(section.groups.empty() || section.groups_column.empty(),
        "{}: both 'groups' and 'groups_column' say whose a row is; leave one of them out", section.inputs);
  if (!section.groups.empty())
    source.data.groups = within(section.inputs, [&] { return part_groups(section.groups, source.parts); });
  return source;
}

}  // namespace lathe
