#include "lathe/recipe/plan.h"

#include <algorithm>
#include <optional>
#include <set>

#include "lathe/base/text.h"
#include "lathe/recipe/clean_section.h"

namespace lathe {
namespace {

const Settings& required_table(const Settings& recipe, const std::string& key) {
  if (!recipe.has(key)) throw settings_error(recipe.where(), fmt::format("[{}] is missing", key));
  return recipe.table(key);
}

/// The entry that `key` names; an unknown name is reported where it was written.
template <class Entry>
const Entry& chosen(const Settings& settings, const std::string& key, const Registry<Entry>& registry) {
  const std::string name = settings.word(key);
  const Entry* entry = registry.find(name);
  if (entry == nullptr)
    throw settings_error(settings.origin(key), unknown_name(registry.noun(), name, registry.names()));
  return *entry;
}

/// A title must tell a step from everything else that a report compares; kinds without a title may come twice.
void check_title(const Settings& step, const std::string& title, std::string_view kind,
                 const std::vector<std::string>& taken) {
  if (title == kind) return;
  const std::set<std::string> reserved = {"",
                                          "as given",
                                          "as the recipe says",
                                          "before the steps",
                                          "random channels",
                                          "teacher",
                                          "same shape from scratch"};
  if (reserved.count(title) > 0 || std::find(taken.begin(), taken.end(), title) != taken.end())
    throw settings_error(
        step.origin("title"),
        fmt::format("'title' is '{}', which names something else (expected a name of its own)", title));
}

}  // namespace

Settings effective_recipe(const Settings& recipe, const std::function<void(const std::string&)>& say) {
  Settings effective = without(recipe, "sweep");
  if (!effective.has("data")) return effective;
  const Settings& data = effective.table("data");
  effective.set("data", without_overruled(data, unused_data_keys(data), say), effective.origin("data"));
  return effective;
}

Plan plan_of(const Settings& recipe, const std::string& name) {
  Plan plan;
  plan.title = recipe.word("title", name);
  plan.data = data_section(required_table(recipe, "data"));
  plan.features = features_section(recipe);
  plan.augmentations = augment_section(recipe);
  plan.model = model_section(required_table(recipe, "model"));
  plan.preprocessing = plan.model.preprocessing;
  plan.preprocessing.task = plan.model.task;
  plan.preprocessing.normalize = plan.data.normalize;
  plan.preprocessing.mean = plan.data.mean;
  plan.preprocessing.deviation = plan.data.deviation;
  if (plan.model.from_file) take_from_file(recipe, plan.model.preprocessing, plan.features, plan.preprocessing);
  plan.preprocessing.cleaning = plan.data.cleaning = clean_section(recipe, plan.model.preprocessing.cleaning);
  if (plan.features.front_end.kind != "none" && plan.preprocessing.task == "segmentation")
    throw settings_error(plan.features.origin,
                         fmt::format("'{}' gives no label a sample, for its frames are not samples (expected a model "
                                     "that classifies with [features])",
                                     plan.model.name));
  const Model fresh{plan.model.name, plan.model.build(), plan.preprocessing, {}};
  plan.validation = validation_section(recipe);
  const bool validates = plan.validation.ratio > 0;
  plan.train = train_section(recipe.table("train"), fresh, validates, 0);
  if (plan.model.from_file && !recipe.has("train")) plan.train.fit.epochs = 0;  // it is trained already
  plan.teacher = teacher_section(recipe, fresh, validates);
  std::optional<Model> teacher;
  if (plan.teacher.present()) teacher = plan.teacher.build(plan.preprocessing, "cpu");
  StepPlan so_far{fresh, plan.train.fit.optimizer.kind, validates, teacher ? &*teacher : nullptr};
  for (const Settings* step : recipe.tables("step")) {
    const StepEntry& entry = chosen(*step, "kind", steps());
    const std::string title = step->word("title", std::string(entry.name));
    plan.steps.push_back({std::string(entry.name), title, entry.prepare(*step, so_far)});
    check_title(*step, title, entry.name, so_far.points);
    so_far.points.push_back(title);
  }
  plan.wanted = so_far.wanted;
  if (plan.teacher.present() && !so_far.teacher_used)
    throw settings_error(recipe.origin("teacher"),
                         "[teacher] has no effect without a [[step]] kind = \"distill\" that learns from it");
  plan.controls = controls_section(recipe.table("controls"), plan.steps);
  plan.evaluate = evaluate_section(recipe.table("evaluate"), plan.preprocessing);
  if (recipe.has("seed"))
    throw settings_error(recipe.origin("seed"), "a recipe has no seed of its own; lathe run --seed gives one to a run");
  for (const char* read_elsewhere : {"split", "sweep"}) recipe.has(read_elsewhere);
  recipe.refuse_unknown();
  return plan;
}

}  // namespace lathe
