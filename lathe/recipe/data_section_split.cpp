#include "lathe/recipe/data_section_split.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <set>

#include "lathe/base/glob.h"
#include "lathe/base/text.h"

namespace lathe {

namespace {

/// Whole text as a whole number. @throws Error with `sentence`
int64_t number(std::string_view text, const std::string& sentence) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  check(!text.empty() && error == std::errc() && end == text.data() + text.size(), "{}", sentence);
  return value;
}

/// One value of a condition: a range of whole numbers, or a word with `*` and `?`.
bool has_value(const std::string& wanted, const std::string& part, const std::string& value) {
  const size_t colon = wanted.find(':');
  if (colon == wanted.npos) return glob_matches(wanted, value);
  const std::string range = fmt::format("'{}' is no range of whole numbers (expected as in 0:5)", wanted);
  const std::string from = wanted.substr(0, colon), to = wanted.substr(colon + 1);
  const int64_t first = from.empty() ? std::numeric_limits<int64_t>::min() : number(from, range);
  const int64_t end = to.empty() ? std::numeric_limits<int64_t>::max() : number(to, range);
  const int64_t one =
      number(value, fmt::format("part '{}' is not a whole number in every row (got '{}')", part, value));
  return first <= one && one < end;
}

std::string some(const std::vector<std::string>& values) {
  const std::set<std::string> distinct(values.begin(), values.end());
  std::vector<std::string> first;
  for (const std::string& value : distinct)
    if (first.size() < 8) first.push_back(value);
  return join(first) + (distinct.size() > first.size() ? ", …" : "");
}

}  // namespace

Split split_where(const std::string& condition, const Parts& parts) {
  return within(fmt::format("test_where = \"{}\"", condition), [&] {
    const size_t equals = condition.find('=');
    check(equals != condition.npos, "is no condition (expected PART = VALUES, as in \"index = 0:5\")");
    const std::string name(trim(std::string_view(condition).substr(0, equals)));
    std::vector<std::string> known;
    for (const auto& part : parts) known.push_back(part.first);
    check(!known.empty(), "rows have no named parts (expected a folder of files, or targets_column)");
    if (parts.count(name) == 0) throw Error(unknown_name("part", name, known), ExitCode::usage);
    std::vector<std::string> wanted;
    for (const std::string& value : split(condition.substr(equals + 1), ',')) wanted.emplace_back(trim(value));
    Split split;
    const std::vector<std::string>& values = parts.at(name);
    for (size_t row = 0; row < values.size(); ++row) {
      const bool tests = std::any_of(wanted.begin(), wanted.end(),
                                     [&](const std::string& one) { return has_value(one, name, values[row]); });
      (tests ? split.test : split.train).push_back(static_cast<int64_t>(row));
    }
    check(!split.test.empty(), "no row has such a value (part '{}' is one of: {})", name, some(values));
    check(!split.train.empty(), "every row has such a value (expected some that train)");
    return split;
  });
}

Split split_source(const DataSection& section, const DataSource& source) {
  const Dataset& data = source.data;
  const int64_t rows = data.rows();
  const auto choose = [&]() -> Split {
    if (section.split == "where") return split_where(section.test_where, source.parts);
    if (section.split == "contiguous") return contiguous_fold(rows, section.fold, section.folds);
    if (section.split == "shuffled") return shuffled_fold(rows, section.fold, section.folds, section.split_seed);
    if (section.split == "rows") return {row_range(section.train_rows, rows), row_range(section.test_rows, rows)};
    check(!data.groups.empty(), "split = \"{}\" needs groups; give [data] groups", section.split);
    if (section.split == "grouped") return grouped_fold(data.groups, section.fold, section.folds, section.split_seed);
    if (section.split == "group_shuffle") return group_shuffle(data.groups, section.test_ratio, section.split_seed);
    return section.test_groups.empty() ? group_holdout(data.groups, section.test_ratio, section.split_seed)
                                       : group_holdout(data.groups, section.test_groups);
  };
  const Split split = choose();
  const bool by_group = section.split == "grouped" || section.split == "holdout" || section.split == "group_shuffle";
  check_no_leak(split, by_group ? std::span<const std::string>(data.groups) : std::span<const std::string>());
  return split;
}

std::string leak_note(const Dataset& train, const Dataset& test) {
  const std::set<std::string> trained(train.groups.begin(), train.groups.end());
  std::set<std::string> tested(test.groups.begin(), test.groups.end()), both;
  std::set_intersection(trained.begin(), trained.end(), tested.begin(), tested.end(), std::inserter(both, both.end()));
  if (both.empty()) return "";
  return fmt::format(
      "{}: {} of the {} groups that test train too ('{}' is one): results flatter a model that knows its subjects; "
      "split "
      "= \"grouped\" keeps groups whole",
      test.name, both.size(), tested.size(), *both.begin());
}

void check_classes_train(const Dataset& train, const Dataset& test) {
  const auto present = [](const Dataset& data) {
    std::set<int64_t> classes;
    if (!data.targets.defined() || data.rows() == 0) return classes;
    const at::Tensor targets = data.targets.contiguous();
    const auto* first = targets.const_data_ptr<int64_t>();
    classes.insert(first, first + targets.numel());
    return classes;
  };
  const std::set<int64_t> trained = present(train);
  std::set<int64_t> wanted = present(test);
  for (size_t i = 0; i < train.class_names.size(); ++i) wanted.insert(static_cast<int64_t>(i));
  for (const int64_t one : wanted) {
    const auto at = static_cast<size_t>(one);
    const std::string name = at < train.class_names.size() ? fmt::format(" '{}'", train.class_names[at]) : "";
    check(trained.count(one) != 0,
          "class {}{} has no sample that trains (expected at least one of every class); another split, or class_names "
          "without it",
          one, name);
  }
}

}  // namespace lathe
