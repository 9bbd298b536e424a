#include "lathe/recipe/validation_section.h"

#include <algorithm>

#include "lathe/base/text.h"
#include "lathe/train/order.h"

namespace lathe {

ValidationSection validation_section(const Settings& recipe) {
  ValidationSection section;
  if (!recipe.has("validation")) return section;
  const Settings& settings = recipe.table("validation");
  section.ratio = settings.real("ratio", 0.2);
  section.seed = static_cast<uint64_t>(settings.count("seed", 0, 0));
  section.kind = settings.word("kind", "");
  if (settings.has("kind") && section.kind != "group_shuffle")
    throw settings_error(settings.origin("kind"), unknown_name("kind of validation", section.kind, {"group_shuffle"}));
  if (!(section.ratio > 0 && section.ratio < 1))
    throw settings_error(settings.origin("ratio"),
                         fmt::format("'ratio' is {:g} (expected more than 0 and less than 1)", section.ratio));
  return section;
}

Split hold_back(const Dataset& train, const ValidationSection& section) {
  return within("[validation]", [&] {
    check(section.kind.empty() || !train.groups.empty(), "kind = \"{}\" needs groups; give [data] groups",
          section.kind);
    if (!section.kind.empty()) return group_shuffle(train.groups, section.ratio, section.seed);
    if (!train.groups.empty()) return group_holdout(train.groups, section.ratio, section.seed);
    const int64_t rows = train.rows();
    const auto held = static_cast<int64_t>(static_cast<double>(rows) * section.ratio);
    check(held >= 1, "ratio {:g} of {} training rows is none (expected at least one)", section.ratio, rows);
    const std::vector<int64_t> order = epoch_order(rows, true, section.seed, 0);
    Split split{{order.begin() + held, order.end()}, {order.begin(), order.begin() + held}};
    std::sort(split.train.begin(), split.train.end());
    std::sort(split.test.begin(), split.test.end());
    return split;
  });
}

Batch SubsetBatches::load(std::span<const int64_t> rows) const {
  std::vector<int64_t> chosen;
  for (const int64_t row : rows) chosen.push_back(rows_[static_cast<size_t>(row)]);
  return source_.load(chosen);
}

}  // namespace lathe
