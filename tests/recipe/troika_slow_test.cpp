/// The main recipe on the real recordings, cut short: shapes, counts, and better than calling everything an artifact.
#include "lathe/recipe/recipes.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

TEST(Troika, AFewEpochsBeatCallingEverythingAnArtifact) {
  LATHE_NEEDS_REAL_DATA(data, "troika-ppg");
  const ScratchFolder folder;
  NamedRecipe recipe = find_recipe("ppg-quality");
  apply_assignment(recipe.settings, "train.epochs=40", "--set");
  apply_assignment(recipe.settings, "evaluate.resamples=100", "--set");
  const json metrics = run_recipe(recipe.settings, {.data = data.parent_path(), .out = folder.path()});
  EXPECT_EQ(metrics.at("model").at("parameters"), 8592);
  EXPECT_EQ(metrics.at("model").at("macs"), 16220160);
  const json details = metrics.at("details").at("troika");
  EXPECT_EQ(details.at("windows"), 28);
  EXPECT_EQ(details.at("samples"), 28 * 1920);
  const json counts = details.at("confusion").at("counts");
  const double artifacts = counts[1][0].get<double>() + counts[1][1].get<double>();
  const double everything = 2 * artifacts / (artifacts + 28 * 1920);  // the DICE of "all of it"
  EXPECT_GT(metrics.at("sets").at("troika").at("dice").get<double>(), everything);
  EXPECT_GT(metrics.at("sets").at("troika").at("auroc").get<double>(), 0.7);
}

}  // namespace
}  // namespace lathe
