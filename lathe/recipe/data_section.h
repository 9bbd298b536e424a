/// The [data] section: where rows come from, how they are split, how they are normalised.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lathe/base/settings.h"
#include "lathe/data/dataset.h"
#include "lathe/formats/model_file.h"
#include "lathe/recipe/data_section_recordings.h"
#include "lathe/recipe/unused_keys.h"

namespace lathe {

/// [data] as read; nothing is opened yet, so a recipe's mistakes show before any work.
struct DataSection {
  std::string name = "data";  ///< stands in metrics.json and in front of errors
  std::string inputs;         ///< a file, a pattern with `*`, or a folder, below --data; empty: the simulator
  std::string targets;        ///< a file, or a pattern of file names: "{label}_{speaker}_{index}"; empty: by folder
  std::string groups;         ///< a file, or parts of rows: "{speaker}"
  std::string times;          ///< a file: the second at which each row of an array begins
  std::vector<std::string> exclude;  ///< patterns of files of a folder that are no rows
  std::vector<std::string> columns;  ///< of CSV files of inputs: names or numbers from 1; empty: all
  std::string targets_column, groups_column, files_column;  ///< columns of CSV files
  std::string layout;  ///< axes of the inputs' file: NT, NCT, NTC, T, TC, NCHW, NHWC, NHW; empty: by rank
  int64_t window_samples = 0, stride_samples = 0;  ///< for recordings (T, TC, tables of samples)
  RecordingSection recordings;                     ///< how they become windows
  int64_t channels = 0;                            ///< of images and clips; 0: images as they are, clips mixed to one
  std::vector<int64_t> resize;                     ///< of images: height, width
  int64_t clip_samples = 0;                        ///< of clips; 0: they have one length already
  double clip_seconds = 0;                         ///< the same in seconds
  std::string corrupt = "refuse";                  ///< files of a folder that cannot be read: refuse | skip
  std::string simulator;
  int64_t simulator_windows = 0;
  double simulator_seconds = 0;  ///< of a window; 0: the simulator's own
  uint64_t simulator_seed = 0;
  double rate_hz = 0;
  std::string normalize = "zscore";
  bool standardize = false;             ///< by channel, with mean and deviation of the rows that train
  std::vector<double> mean, deviation;  ///< the same with numbers that are given
  std::string missing = "refuse";
  std::vector<std::string> class_names;
  std::string split =
      "contiguous";  ///< contiguous | shuffled | grouped | group_shuffle | holdout | rows | where | files | none
  int64_t fold = 0, folds = 4;
  uint64_t split_seed = 0;
  double test_ratio = 0.2;
  std::vector<std::string> test_groups;
  std::string train_rows, test_rows;
  std::string test_where;                 ///< "index = 0:5", "speaker = theo, george"
  std::string test_inputs, test_targets;  ///< for split = "files"; empty: the same as for training
  Cleaning cleaning;                      ///< no key of [data]: the recipe's [[clean]], or what a model's file says
};

/// Also refuses a key that has no effect beside the others.
DataSection data_section(const Settings& settings);

/// What `data_section` would refuse. Reads nothing but what decides that.
std::vector<UnusedKey> unused_data_keys(const Settings& settings);

struct LoadedData {
  Dataset train, test;                        ///< test has no rows with split = "none"
  int64_t dropped = 0;                        ///< rows left out for missing values
  std::map<std::string, std::string> hashes;  ///< of the files, for the manifest
  std::vector<std::string> notes;             ///< sentences: clips resampled, mixed, padded; files that were skipped
};

/// Opens, cuts, splits, cleans, verifies. What cleaning reads off recordings, it reads off those that train; all of it,
/// in numbers, is train.cleaning. @param classification  targets are classes rather than labels per sample
/// @throws Error that names the file
LoadedData load_data(const DataSection& section, const std::filesystem::path& folder, bool classification);

/// The whole of the section's data, clean and unsplit: what `eval` and `predict` look at.
Dataset load_all(const DataSection& section, const std::filesystem::path& folder, bool classification,
                 LoadedData* account = nullptr);

}  // namespace lathe
