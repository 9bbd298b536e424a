/// Smoothing of class sequences in recipes: where its tables come from, and what is said of them.
#include "lathe/recipe/class_smoothing.h"

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "lathe/eval/metric.h"
#include "lathe/graph/builder.h"
#include "lathe/ops/layers.h"
#include "lathe/recipe/evaluate_section.h"
#include "tests/recipe/sample_recipe.h"
#include "tests/support/rhythm_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

/// A network without weights: its logits stand in the rows.
Model telling() {
  Builder builder;
  const Value input = builder.input("x", {1, 2});
  return {
      "telling", builder.finish({flatten(input, "logits")}), {.class_names = {"a", "b"}, .task = "classification"}, {}};
}

/// @param seen  the logit of class 1 in each row; that of class 0 is 0
Dataset rows_of(const std::vector<double>& seen, const std::vector<int64_t>& labels) {
  Dataset data;
  data.name = "made";
  data.inputs = at::stack({at::zeros(std::ssize(seen)), at::tensor(seen, at::kFloat)}, 1).unsqueeze(1);
  data.targets = at::tensor(labels, at::kLong);
  data.groups.assign(labels.size(), "anna");
  return data;
}

TEST(ClassSmoothing, LooksAtRowsThatWereHeldBack) {
  Model model = telling();
  const Dataset all = rows_of({0, 9, 0, 1}, {0, 1, 0, 1});
  EXPECT_EQ(estimate_smoothing(model, {all, all.select({{0, 1}}), all.select({{2, 3}})}),
            "smoothing: transitions counted in 4 labels of 1 sequences, emissions in 2 rows held back");
  const double one = 1 / (1 + std::exp(-1.0));
  EXPECT_NEAR(model.preprocessing.hidden_markov.emission[3], (one + 0.5) / 2, 1e-6);
  EXPECT_NEAR(model.preprocessing.hidden_markov.transition[1], 2.5 / 3, 1e-12) << "0 is followed by 1 twice";
}

TEST(ClassSmoothing, ClassesThatNobodyHeldBackHasComeFromRowsThatTrained) {
  Model model = telling();
  const Dataset all = rows_of({0, 2, 0}, {0, 1, 0});
  EXPECT_EQ(estimate_smoothing(model, {all, all.select({{0, 1}}), all.select({{2}})}),
            "smoothing: transitions counted in 3 labels of 1 sequences, emissions in 1 rows held back (of 1 of 2 "
            "classes; of the others in rows that trained)");
  EXPECT_NEAR(model.preprocessing.hidden_markov.emission[3], (1 / (1 + std::exp(-2.0)) + 0.5) / 2, 1e-6);
}

TEST(ClassSmoothing, SaysThatRowsThatTrainedFlatter) {
  Model model = telling();
  const Dataset all = rows_of({0, 2}, {0, 1});
  EXPECT_EQ(estimate_smoothing(model, {all, all, {}}),
            "smoothing: transitions counted in 2 labels of 1 sequences, emissions in rows that trained, which the "
            "network knows better than it will know others; hold rows back with [validation]");
}

TEST(ClassSmoothing, NeedsToKnowWhichRowsFollowEachOther) {
  Model model = telling();
  Dataset all = rows_of({0, 2}, {0, 1});
  all.groups.clear();
  EXPECT_EQ(error_of([&] { estimate_smoothing(model, {all, all, {}}); }),
            "made: nothing says which rows follow each other (expected for smoothing = \"hmm\"); give [data] groups");
}

TEST(ClassSmoothing, EvaluationsComeWithAndWithoutIt) {
  Model model = telling();
  Dataset data = rows_of({0, 0, 0, 1, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(evaluations_of(model, data, "window", {}).size(), 1U);
  model.preprocessing.hidden_markov = {{.5, .5}, {.99, .01, .01, .99}, {.8, .2, .2, .8}};
  const std::vector<NamedEvaluation> both = evaluations_of(model, data, "window", {.metrics = {"accuracy"}});
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].set, "made");
  EXPECT_EQ(both[0].evaluation.at("accuracy").value, 1);
  EXPECT_EQ(both[1].set, "made without smoothing");
  EXPECT_EQ(both[1].evaluation.at("accuracy").value, 6.0 / 7);
  EXPECT_EQ(metric("accuracy", scores_of(model, data, "window")), 1);
  data.times = at::tensor({0., 1., 2., 10., 20., 21., 22.}, at::kDouble);
  EXPECT_EQ(metric("accuracy", scores_of(model, data, "window")), 6.0 / 7)
      << "a row by itself has no neighbours to ask";
  EXPECT_EQ(evaluations_of(model, data, "window", {}, false)[0].set, "made");
}

TEST(ClassSmoothing, ARunPutsItIntoItsModelFile) {
  const ScratchFolder folder;
  const json metrics =
      run_text(with_line("[evaluate]", "[validation]\nratio = 0.3\n\n[evaluate]\nsmoothing = \"hmm\"", kRhythmRecipe),
               {.out = folder.path()});
  EXPECT_TRUE(metrics.at("sets").contains("rhythm without smoothing"));
  EXPECT_EQ(metrics.at("ledger")[0].at("macro_f1"), metrics.at("sets").at("rhythm without smoothing").at("macro_f1"));
  EXPECT_EQ(metrics.at("notes").back().get<std::string>().rfind("smoothing: transitions counted in ", 0), 0U);
  EXPECT_EQ(load_model(folder / "model.safetensors").preprocessing.hidden_markov.start.size(), 3U);
}

}  // namespace
}  // namespace lathe
