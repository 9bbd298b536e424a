/// [[step]] kind = "compact" behind few connections: the network shrinks, says the same, and its optimiser goes on.
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

constexpr const char* kWrist = R"(
[data]
name = "wrists"
simulator = "accelerometer"
simulator_windows = 40

[model]
name = "conv1d"
in_channels = 3
samples = 300
hidden = 24
n_classes = 4

[train]
epochs = 0

[[step]]
kind = "sparsify"
method = "set"
layers = ["fc*"]
density = 0.003
distribution = "erdos_renyi"
epochs = 2
batch = 8

[[step]]
kind = "compact"

[[step]]
kind = "finetune"
epochs = 1
batch = 8
continue_optimizer = true

[evaluate]
metrics = ["accuracy", "auroc"]
ledger = ["accuracy", "auroc"]
resamples = 0
report_windows = 1
)";

TEST(CompactStep, TakesOutWhatIsDeadAndTrainsOn) {
  const ScratchFolder folder;
  const json metrics = run_text(kWrist, {.out = folder.path()});
  const json& ledger = metrics.at("ledger");
  ASSERT_EQ(ledger.size(), 4U);
  const json &sparse = ledger[1], &small = ledger[2];
  EXPECT_LT(small.at("parameters").get<int>(), sparse.at("parameters").get<int>());
  EXPECT_LT(small.at("macs").get<int>(), sparse.at("macs").get<int>());
  EXPECT_EQ(small.at("accuracy"), sparse.at("accuracy"));
  EXPECT_NEAR(small.at("auroc").get<double>(), sparse.at("auroc").get<double>(), 1e-3);
  EXPECT_EQ(ledger[3].at("parameters"), small.at("parameters"));
  EXPECT_EQ(metrics.at("notes")[1].get<std::string>().find("took out "), 0U) << metrics.at("notes")[1];
  EXPECT_TRUE(std::filesystem::exists(folder / "steps/3-finetune/history.csv"));
}

}  // namespace
}  // namespace lathe
