/// [data] keys that have no effect: of the other source of rows, or of another split.
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/data/readers/readers.h"
#include "lathe/recipe/data_section.h"

namespace lathe {
namespace {

struct SplitKey {
  const char* key;
  std::vector<std::string> splits;  ///< that read it
};

const std::vector<SplitKey>& split_keys() {
  static const std::vector<SplitKey> keys = {
      {"fold", {"contiguous", "grouped", "shuffled"}},
      {"folds", {"contiguous", "grouped", "shuffled"}},
      {"split_seed", {"group_shuffle", "grouped", "holdout", "shuffled"}},
      {"test_groups", {"holdout"}},
      {"test_inputs", {"files"}},
      {"test_ratio", {"group_shuffle", "holdout"}},
      {"test_rows", {"rows"}},
      {"test_targets", {"files"}},
      {"test_where", {"where"}},
      {"train_rows", {"rows"}},
  };
  return keys;
}

/// Collects what is set.
struct Found {
  const Settings& settings;
  std::vector<UnusedKey> unused = {};
  void add(const std::vector<std::string>& keys, const std::string& because, const std::string& reason) {
    for (const std::string& key : keys)
      if (settings.has(key)) unused.push_back({key, because, reason});
  }
};

using Keys = std::vector<std::string>;

Keys joined(Keys keys, const Keys& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

const Keys& window_keys() {
  static const Keys keys = {"label_rule",     "label_threshold", "stride_samples",
                            "stride_seconds", "window_samples",  "window_seconds"};
  return keys;
}

/// Keys of folders of files beside an array, and the other way round, as far as the names tell: what lies in a folder
/// shows when it is opened.
void add_file_keys(Found& found) {
  const std::string inputs = found.settings.word("inputs", "");
  const Reader* reader = reader_of(inputs);
  if (found.settings.has("clip_samples"))
    found.add({"clip_seconds"}, "clip_samples",
              "has no effect where 'clip_samples' says the same; leave one of them out");
  if (reader == nullptr) return;
  found.add({"exclude"}, "inputs",
            fmt::format("has no effect on '{}', which is one file; it counts with folders", inputs));
  if (reader->holds == Holds::rows) {
    const Keys keys = {"channels", "clip_samples", "clip_seconds", "files_column", "resize"};
    const bool table = accepts_table(inputs);
    found.add(table ? keys : joined(keys, {"corrupt"}), "inputs",
              fmt::format("has no effect on '{}'; it counts with images and recordings, a file each", inputs));
    if (!table)
      found.add(recording_keys(), "inputs",
                fmt::format("has no effect on '{}'; it counts with tables of samples (.csv, .tsv, .txt)", inputs));
    return;
  }
  found.add(joined(joined({"columns", "groups_column", "layout", "times"}, window_keys()), recording_keys()), "inputs",
            fmt::format("has no effect on '{}'; it counts with arrays", inputs));
}

/// Keys that say how windows are cut, where none are, or where another key says it.
void add_window_keys(Found& found) {
  const Settings& settings = found.settings;
  for (const std::string key : {"window", "stride"})
    if (settings.has(key + "_samples"))
      found.add({key + "_seconds"}, key + "_samples",
                fmt::format("has no effect where '{}_samples' says the same; leave one of them out", key));
  const std::string layout = settings.word("layout", "");
  if (layout.rfind('N', 0) == 0)
    found.add(window_keys(), "layout",
              fmt::format("has no effect with layout = \"{}\", whose rows are windows already; it counts with T and TC",
                          layout));
  else if (!settings.has("window_samples") && !settings.has("window_seconds"))
    found.add(joined(recording_keys(), window_keys()), "window_samples",
              "has no effect without 'window_samples' or 'window_seconds'");
  if (!settings.has("resample_hz")) found.add({"resample"}, "resample_hz", "has no effect without 'resample_hz'");
  if (settings.word("label_rule", "majority") != "threshold")
    found.add({"label_threshold"}, "label_rule", "has no effect without label_rule = \"threshold\"");
}

void add_source_keys(Found& found) {
  const Settings& settings = found.settings;
  if (settings.word("inputs", "").empty()) {
    const Keys keys = {"channels", "clip_samples", "clip_seconds",   "columns",       "corrupt",
                       "exclude",  "files_column", "groups",         "groups_column", "layout",
                       "resize",   "targets",      "targets_column", "times"};
    found.add(joined(joined(keys, window_keys()), recording_keys()), "simulator",
              "has no effect on simulated recordings; it counts where 'inputs' names a file");
    return;
  }
  found.add({"simulator", "simulator_seconds", "simulator_seed", "simulator_windows"}, "inputs",
            "has no effect where 'inputs' names a file; leave one of them out");
  if (!settings.has("targets") && !settings.has("test_targets"))
    found.add({"files_column", "targets_column"}, "targets",
              "has no effect without 'targets', the file that holds the column");
  else if (is_name_pattern(settings.word("targets", "")))
    found.add({"files_column", "targets_column"}, "targets",
              "has no effect where 'targets' is a pattern of names; it counts where it names a table");
  const bool windows = settings.has("window_samples") || settings.has("window_seconds");
  const Reader* reader = reader_of(settings.word("inputs", ""));
  const bool samples = windows && (reader == nullptr || accepts_table(settings.word("inputs", "")));
  if (!settings.has("groups") && !samples)
    found.add({"groups_column"}, "groups", "has no effect without 'groups', the file that holds the column");
  add_file_keys(found);
  add_window_keys(found);
}

}  // namespace

std::vector<UnusedKey> unused_data_keys(const Settings& settings) {
  Found found{settings};
  add_source_keys(found);
  const std::string split = settings.word("split", DataSection().split);
  for (const SplitKey& one : split_keys())
    if (std::find(one.splits.begin(), one.splits.end(), split) == one.splits.end())
      found.add({one.key}, "split",
                fmt::format("has no effect with split = \"{}\"; it counts with {}", split, join(one.splits)));
  if (split == "holdout" && settings.has("test_groups"))
    found.add({"split_seed", "test_ratio"}, "test_groups", "has no effect where 'test_groups' names who tests");
  return found.unused;
}

}  // namespace lathe
