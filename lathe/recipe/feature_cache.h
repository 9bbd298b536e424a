/// Features of whole datasets, kept in files so that they are computed once: a file of numbers and a note about it for
/// every content of recordings and every setting. Files may be removed at any time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "lathe/formats/preprocess.h"

namespace lathe {

struct FeatureCacheOptions {
  std::filesystem::path folder;  ///< made when missing; empty: nothing is kept
  std::function<void(const std::string& sentence)> say = nullptr;
  std::function<void(int64_t done, int64_t total)> on_rows = nullptr;
  std::function<bool()> stop_requested = nullptr;
};

/// $LATHE_CACHE, else $XDG_CACHE_HOME/lathe, else ~/.cache/lathe; empty where none of them is set.
std::filesystem::path default_cache_folder();

/// The dataset with features in place of recordings, [N, …] float32: a map of the cache's file, or in memory without a
/// folder. A file that is damaged is computed anew, and that is said. Without a front end the dataset as it is.
Dataset with_features(const Preprocessing& settings, const Dataset& recordings, const FeatureCacheOptions& options);

}  // namespace lathe
