#include "lathe/recipe/split_section.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "lathe/base/text.h"
#include "lathe/data/names.h"
#include "lathe/recipe/data_section_split.h"

namespace lathe {
namespace {

constexpr const char* kSplitKeys[] = {"fold",         "folds",       "split",      "split_seed",
                                      "test_groups",  "test_inputs", "test_ratio", "test_rows",
                                      "test_targets", "test_where",  "train_rows"};

std::vector<UnusedKey> unused_keys(const Settings& settings, const std::string& kind) {
  std::vector<UnusedKey> unused;
  const auto add = [&](const char* key, const std::string& because, const std::string& reason) {
    if (settings.has(key)) unused.push_back({key, because, reason});
  };
  const auto only = [&](const char* key, const std::vector<std::string>& kinds) {
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
      add(key, "kind", fmt::format("has no effect with kind = \"{}\"; it counts with {}", kind, join(kinds)));
  };
  only("folds", {"grouped", "kfold", "repeated"});
  only("shuffle", {"kfold"});
  only("stratify", {"kfold", "repeated"});
  only("seed", {"group_shuffle", "grouped", "kfold", "repeated"});
  only("splits", {"group_shuffle"});
  only("test_ratio", {"group_shuffle"});
  only("repeats", {"repeated"});
  only("grouped", {"repeated"});
  if (kind == "repeated" && settings.flag("grouped", false))
    add("stratify", "grouped", "has no effect on groups, which stay whole; it counts with grouped = false");
  if (kind == "kfold" && !settings.flag("shuffle", true))
    add("seed", "shuffle", "has no effect with shuffle = false: nothing is drawn");
  return unused;
}

/// The name with what file names cannot hold, or a shell would have quoted, as '-'.
std::string safe_name(const std::string& name) {
  std::string safe;
  for (const char letter : name)
    safe += std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '.' ? letter : '-';
  if (safe.empty() || safe[0] == '.') safe = "-" + safe;
  return safe.substr(0, 100);
}

/// Builds the folds of a section one by one.
class Folds {
 public:
  Folds(const SplitSection& section, const Dataset& rows, const Settings& data)
      : section_(section), rows_(rows), data_(data) {}

  std::vector<Fold> all() {
    check_data();
    if (section_.kind == "leave-one-group-out") {
      for (const std::string& group : group_names(rows_.groups)) leave_out(group);
      return folds_;
    }
    if (section_.kind == "group_shuffle") {
      for (int64_t draw = 0; draw < section_.repeats; ++draw) draw_groups(draw);
      return folds_;
    }
    for (int64_t repeat = 0; repeat < section_.repeats; ++repeat)
      for (int64_t fold = 0; fold < section_.folds; ++fold) deal(repeat, fold);
    return folds_;
  }

 private:
  const SplitSection& section_;
  const Dataset& rows_;
  const Settings& data_;
  std::vector<Fold> folds_;
  std::set<std::string> folders_;

  [[noreturn]] void blame(const char* key, const std::string& sentence) const {
    throw settings_error(section_.settings.origin(key), sentence);
  }

  void check_data() const {
    if (section_.by_group && rows_.groups.empty())
      blame("kind", fmt::format("'{}' needs groups, which {} does not have; give [data] groups",
                                section_.kind == "repeated" ? "grouped" : section_.kind, rows_.name));
    const auto groups = std::ssize(group_names(rows_.groups));
    if (section_.kind == "leave-one-group-out" || section_.kind == "group_shuffle") {
      if (groups < 2)
        blame("kind", fmt::format("{} has {} group (expected at least 2, one to leave out)", rows_.name, groups));
      return;
    }
    const int64_t most = section_.by_group ? groups : rows_.rows();
    if (section_.folds > most)
      blame("folds", fmt::format("'folds' is {} (expected at most {}, for {} has {} {})", section_.folds, most,
                                 rows_.name, most, section_.by_group ? "groups" : "rows"));
    if (section_.stratify && rows_.targets.dim() != 1)
      blame("stratify", fmt::format("'stratify' needs a class a row ({} has a label a sample)", rows_.name));
  }

  void add(const std::string& name, const std::vector<std::pair<std::string, Settings::Value>>& keys) {
    Fold fold{name, safe_name(name), data_, {}};
    while (!folders_.insert(fold.folder).second) fold.folder += "-";  // "s 1" and "s-1" are two groups
    for (const auto& [key, value] : keys) fold.data.set(key, value, section_.settings.where());
    fold.split = within(name, [&] { return split_source(data_section(fold.data), {rows_, {}}); });
    folds_.push_back(std::move(fold));
  }

  void leave_out(const std::string& group) {
    const Settings::List one = {{group, section_.settings.where()}};
    add(group, {{"split", std::string("holdout")}, {"test_groups", one}});
  }

  /// The groups stand in the fold's own recipe by name.
  void draw_groups(int64_t draw) {
    const Split split = within(section_.settings.origin("kind"),
                               [&] { return group_shuffle(rows_.groups, section_.test_ratio, section_.seed, draw); });
    std::vector<std::string> tested;
    for (const int64_t row : split.test) tested.push_back(rows_.groups[static_cast<size_t>(row)]);
    Settings::List groups;
    for (const std::string& group : distinct_names(tested)) groups.push_back({group, section_.settings.where()});
    add(fmt::format("split-{}", draw), {{"split", std::string("holdout")}, {"test_groups", groups}});
  }

  void deal(int64_t repeat, int64_t fold) {
    const std::string name =
        section_.kind == "repeated" ? fmt::format("repeat-{}-fold-{}", repeat, fold) : fmt::format("fold-{}", fold);
    const uint64_t seed = section_.seed + static_cast<uint64_t>(repeat);
    if (section_.stratify) {
      const at::Tensor classes = rows_.targets.contiguous();
      const std::span<const int64_t> values(classes.const_data_ptr<int64_t>(), static_cast<size_t>(classes.numel()));
      const Split split = stratified_fold(values, fold, section_.folds,
                                          section_.shuffle ? std::optional<uint64_t>(seed) : std::nullopt);
      return add(name, {{"split", std::string("rows")},
                        {"train_rows", text_of_rows(split.train)},
                        {"test_rows", text_of_rows(split.test)}});
    }
    const char* kind = section_.by_group ? "grouped" : section_.shuffle ? "shuffled" : "contiguous";
    std::vector<std::pair<std::string, Settings::Value>> keys = {
        {"split", std::string(kind)}, {"fold", fold}, {"folds", section_.folds}};
    if (section_.by_group || section_.shuffle) keys.emplace_back("split_seed", static_cast<int64_t>(seed));
    add(name, keys);
  }
};

/// Targets alone, which is all that classes are looked for in.
Dataset targets_of(const Dataset& rows, const std::vector<int64_t>& chosen) {
  Dataset part;
  part.targets = part.inputs = take_rows(rows.targets, chosen);
  part.class_names = rows.class_names;
  return part;
}

/// "class 2 'af'"
std::string class_text(int64_t one, const Dataset& rows) {
  const auto at = static_cast<size_t>(one);
  return at < rows.class_names.size() ? fmt::format("class {} '{}'", one, rows.class_names[at])
                                      : fmt::format("class {}", one);
}

std::set<int64_t> classes_of(const at::Tensor& targets) {
  const at::Tensor plain = targets.contiguous();
  const auto* first = plain.const_data_ptr<int64_t>();
  return {first, first + plain.numel()};
}

/// Names that others have for the same.
struct Alias {
  const char *name, *kind;
};
constexpr Alias kAliases[] = {{"GroupKFold", "grouped"},
                              {"GroupShuffleSplit", "group_shuffle"},
                              {"KFold", "kfold"},
                              {"LeaveOneGroupOut", "leave-one-group-out"},
                              {"leave-one-subject-out", "leave-one-group-out"},
                              {"loso", "leave-one-group-out"}};

void check_kind(const Settings& settings, const std::string& kind) {
  const std::vector<std::string> kinds = {"group_shuffle", "grouped", "kfold", "leave-one-group-out", "repeated"};
  if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
  for (const Alias& alias : kAliases)
    if (kind == alias.name)
      throw settings_error(
          settings.origin("kind"),
          fmt::format("unknown kind of split '{}'; known: {} (here it is called '{}')", kind, join(kinds), alias.kind));
  throw settings_error(settings.origin("kind"), unknown_name("kind of split", kind, kinds));
}

}  // namespace

SplitSection split_section(const Settings& settings) {
  SplitSection section;
  section.settings = settings;
  section.kind = settings.word("kind");
  check_kind(settings, section.kind);
  const bool repeated = section.kind == "repeated", drawn = section.kind == "group_shuffle";
  section.folds = settings.count("folds", section.folds, 2);
  section.repeats = settings.count("repeats", repeated ? 5 : 1, 1);
  const int64_t splits = settings.count("splits", 5, 1);
  if (drawn) section.repeats = splits;
  section.test_ratio = settings.real("test_ratio", section.test_ratio);
  if (!(section.test_ratio > 0 && section.test_ratio < 1))
    throw settings_error(settings.origin("test_ratio"),
                         fmt::format("'test_ratio' is {:g} (expected more than 0 and less "
                                     "than 1)",
                                     section.test_ratio));
  const bool grouped = settings.flag("grouped", false);
  section.by_group =
      section.kind == "grouped" || section.kind == "leave-one-group-out" || drawn || (repeated && grouped);
  section.shuffle = settings.flag("shuffle", true);
  section.stratify = settings.flag("stratify", false);
  section.seed = static_cast<uint64_t>(settings.count("seed", 0, 0));
  settings.refuse_unknown();
  refuse_unused(settings, unused_keys(settings, section.kind));
  return section;
}

Settings data_without_split(const Settings& recipe, const std::function<void(const std::string&)>& say) {
  Settings data = recipe.table("data");
  const std::string cause = recipe.table("split").origin("kind");
  for (const char* key : kSplitKeys) {
    if (!data.has(key)) continue;
    const std::string origin = data.origin(key);
    const bool overruled = cause.rfind("--", 0) == 0 && origin.rfind("--", 0) != 0;
    if (!overruled)
      throw settings_error(
          origin, fmt::format("'{}' has no effect beside [split], which says who tests; leave one of them out", key));
    if (say) say(fmt::format("{}: '{}' ({}) is left out, for folds say who tests", cause, key, origin));
    data = without(data, key);
  }
  return data;
}

std::vector<Fold> folds_of(const SplitSection& section, const Dataset& rows, const Settings& data) {
  return Folds(section, rows, data).all();
}

std::vector<std::string> check_folds(const SplitSection& section, const std::vector<Fold>& folds, const Dataset& rows,
                                     bool classification) {
  std::vector<std::string> notes;
  if (classification) {
    const std::set<int64_t> all = classes_of(rows.targets);
    for (const Fold& fold : folds) {
      const Dataset train = targets_of(rows, fold.split.train), test = targets_of(rows, fold.split.test);
      within(fmt::format("{}: {}", rows.name, fold.name), [&] { check_classes_train(train, test); });
      const std::set<int64_t> tested = classes_of(test.targets);
      std::vector<std::string> missing;
      for (const int64_t one : all)
        if (tested.count(one) == 0) missing.push_back(class_text(one, rows));
      if (!missing.empty())
        notes.push_back(fmt::format("{} does not test {}: its averages over classes are over the others", fold.name,
                                    join(missing)));
    }
  }
  if (rows.groups.empty()) return notes;
  for (const Fold& fold : folds) {
    if (section.by_group) {
      within(fold.name, [&] { check_no_leak(fold.split, rows.groups); });
      continue;
    }
    std::set<std::string> trained, both;
    for (const int64_t row : fold.split.train) trained.insert(rows.groups[static_cast<size_t>(row)]);
    for (const int64_t row : fold.split.test)
      if (trained.count(rows.groups[static_cast<size_t>(row)]) != 0) both.insert(rows.groups[static_cast<size_t>(row)]);
    if (both.empty()) continue;
    notes.push_back(
        fmt::format("{} of {} groups both train and test in {} ('{}' is one): results flatter a model that knows its "
                    "subjects; kind "
                    "= \"grouped\" keeps groups whole",
                    both.size(), group_names(rows.groups).size(), fold.name, *both.begin()));
    break;
  }
  return notes;
}

}  // namespace lathe
