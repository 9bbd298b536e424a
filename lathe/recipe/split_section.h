/// The [split] section: into which folds cross-validation splits the rows. Runs nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lathe/base/settings.h"
#include "lathe/data/dataset.h"
#include "lathe/data/splits.h"

namespace lathe {

struct SplitSection {
  std::string kind;  ///< kfold | grouped | group_shuffle | leave-one-group-out | repeated
  int64_t folds = 5;
  int64_t repeats = 1;      ///< of all folds, each with a seed of its own; of group_shuffle: how many are drawn
  double test_ratio = 0.2;  ///< of the groups
  bool by_group = false;    ///< whole groups test
  bool shuffle = true;      ///< rows are drawn, rather than cut in their order
  bool stratify = false;    ///< every fold tests its share of every class
  uint64_t seed = 0;
  Settings settings = {};  ///< as written, for complaints about the data
};

/// Keys: kind, folds, shuffle, seed, repeats, grouped, stratify, splits, test_ratio. @throws Error also for one that
/// has no effect
SplitSection split_section(const Settings& settings);

/// [data] without the keys by which it splits rows itself, which have no effect beside [split]. Where `kind` was typed
/// (--set split.kind=kfold), written ones are left out, and that is said.
/// @throws Error on such a key otherwise
Settings data_without_split(const Settings& recipe, const std::function<void(const std::string& sentence)>& say = {});

/// One fold: its rows, and the [data] section with which an ordinary run has the same.
struct Fold {
  std::string name;    ///< "fold-0", "repeat-2-fold-0", "split-0", or the group that is left out
  std::string folder;  ///< the name as one of a folder
  Settings data;
  Split split;
};

/// @param rows  all of them, as [data] splits them
/// @param data  from data_without_split
/// @throws Error where the data does not allow it, with the line of the key to blame
std::vector<Fold> folds_of(const SplitSection& section, const Dataset& rows, const Settings& data);

/// What is worth knowing before trusting the folds: classes that a fold does not test, groups on both sides.
/// @throws Error when a class that is tested, or has a name, trains nowhere
std::vector<std::string> check_folds(const SplitSection& section, const std::vector<Fold>& folds, const Dataset& rows,
                                     bool classification);

}  // namespace lathe
