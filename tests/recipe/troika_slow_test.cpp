/// The main recipe on the real recordings, whole: counts, and the quality that PyTorch reaches.
#include "lathe/recipe/recipes.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

TEST(Troika, ReachesPyTorchsQualityOnTheLastFold) {
  LATHE_NEEDS_REAL_DATA(data, "troika-ppg");
  const ScratchFolder folder;
  NamedRecipe recipe = find_recipe("ppg-quality");
  apply_assignment(recipe.settings, "data.fold=3", "--set");
  apply_assignment(recipe.settings, "evaluate.resamples=100", "--set");
  const json metrics = run_recipe(recipe.settings, {.data = data.parent_path(), .out = folder.path()});
  EXPECT_EQ(metrics.at("model").at("parameters"), 8592);
  EXPECT_EQ(metrics.at("model").at("macs"), 16220160);
  const json details = metrics.at("details").at("troika");
  EXPECT_EQ(details.at("windows"), 29);
  EXPECT_EQ(details.at("samples"), 29 * 1920);
  const json counts = details.at("confusion").at("counts");
  const double artifacts = counts[1][0].get<double>() + counts[1][1].get<double>();
  const double everything = 2 * artifacts / (artifacts + 29 * 1920);  // the DICE of "all of it"
  const double dice = metrics.at("sets").at("troika").at("dice").get<double>();
  EXPECT_GT(dice, everything + 0.1);
  EXPECT_NEAR(dice, 0.8481, 0.02);  // PyTorch, same seed and protocol
  EXPECT_GT(metrics.at("sets").at("troika").at("auroc").get<double>(), 0.9);
}

}  // namespace
}  // namespace lathe
