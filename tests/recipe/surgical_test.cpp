/// The surgical search: its trials, that only the block and the classifier change in each, and which one is kept.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>

#include <cmath>
#include <set>

#include "lathe/graph/freeze.h"
#include "lathe/ops/layers.h"
#include "lathe/recipe/surgical_search.h"
#include "lathe/train/gradient.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

/// Two blocks with norms and a classifier: [N, 2, 16] -> [N, 3].
Graph network() {
  at::manual_seed(4);
  Builder builder;
  Value x = batch_norm(conv(builder.input("x", {2, 16}), "trunk.one.conv", {.out = 3, .kernel = 3}), "trunk.one.norm");
  x = batch_norm(conv(relu(x, "trunk.one.relu"), "trunk.two.conv", {.out = 4, .kernel = 3}), "trunk.two.norm");
  x = global_average_pool(relu(x, "trunk.two.relu"), "mean");
  return builder.finish({linear(x, "head", {.out = 3})});
}

std::string names_of(const std::vector<SurgicalTrial>& trials) {
  std::vector<std::string> names;
  for (const SurgicalTrial& trial : trials) names.push_back(trial.name);
  return join(names);
}

TEST(SurgicalTrials, BlocksAreThePartsThatNamesTellApart) {
  const std::vector<SurgicalTrial> trials = surgical_trials(network(), {});
  EXPECT_EQ(names_of(trials), "head, trunk.one.*, trunk.two.*, all");
  EXPECT_EQ(trials[0].globs, std::vector<std::string>{"head"});
  EXPECT_EQ(trials[1].globs, (std::vector<std::string>{"head", "trunk.one.*"}));
  EXPECT_EQ(names_of(surgical_trials(network(), {.features = "trunk.one.relu"})),
            "head, trunk.one.conv, trunk.one.norm, all");
}

TEST(SurgicalTrials, BlocksThatCannotBeMeantAreRefused) {
  const auto refusal = [](std::vector<std::string> blocks) {
    return error_of([&] { surgical_trials(network(), {.features = "", .blocks = std::move(blocks)}); });
  };
  EXPECT_EQ(refusal({"trunk.one.*", "trunk.tow.*"}),
            "blocks: the glob 'trunk.tow.*' matches none of trunk.one.conv, trunk.one.norm, trunk.two.conv, "
            "trunk.two.norm, head (did you mean 'trunk.two.*'?)");
  EXPECT_EQ(
      refusal({"trunk.one.*", "*.norm"}),
      "blocks: 'trunk.one.*' and '*.norm' both hold 'trunk.one.norm.weight' (expected blocks that share nothing)");
  EXPECT_EQ(refusal({"h*"}), "blocks: 'h*' holds 'head.weight' of the classifier, which trains beside every block");
  EXPECT_EQ(refusal({"*.running_mean"}), "blocks: '*.running_mean' holds no parameter that trains");
  Graph graph = network();
  freeze(graph, {"trunk.*"});
  EXPECT_EQ(error_of([&] { surgical_trials(graph, {}); }),
            "surgical: nothing in front of the classifier trains, so there are no blocks to choose from");
}

/// What a search needs, with a metric that says which trial is best.
class Search : public testing::Test {
 protected:
  void SetUp() override {
    at::set_num_threads(1);
    at::manual_seed(6);
    options_ = {.loss = {.kind = "cross_entropy"}, .epochs = 3, .batch = 8, .seed = 2};
    options_.optimizer.learning_rate = 0.01;
  }
  TensorBatches rows_{{at::randn({24, 2, 16})}, {at::randint(3, {24}, at::kLong)}};
  FitOptions options_;
  Graph graph_ = network();
  std::vector<std::set<std::string>> changed_ = {};  ///< a trial's nodes that are not as they were
  std::vector<std::string> folders_ = {};

  SurgicalReport search() {
    const Graph before = clone(graph_);
    const auto train = [&](Graph& graph, const std::string&, const FitOptions& own) {
      const FitReport report = fit(graph, rows_, own, &rows_);
      folders_.push_back(own.folder.filename().string());
      changed_.emplace_back();
      for (const ConstNamedParam& entry : named_params(static_cast<const Graph&>(graph))) {
        const Node& node = graph.nodes[static_cast<size_t>(entry.node)];
        if (!before.nodes[static_cast<size_t>(entry.node)].params[entry.param->name].equal(entry.param->value))
          changed_.back().insert(node.name);
      }
      return report;
    };
    return surgical_search(graph_, surgical_trials(graph_, {}), options_, train);
  }
};

TEST_F(Search, OnlyTheBlockAndTheClassifierChangeAlsoInTheirStatistics) {
  search();
  EXPECT_EQ(changed_[0], std::set<std::string>({"head"}));
  EXPECT_EQ(changed_[1], std::set<std::string>({"head", "trunk.one.conv", "trunk.one.norm"}));
  EXPECT_EQ(changed_[2], std::set<std::string>({"head", "trunk.two.conv", "trunk.two.norm"}));
  EXPECT_EQ(changed_[3].size(), 5U);
}

TEST_F(Search, KeepsTheTrialOfTheLeastLossAndItsWeights) {
  options_.watch.restore_best = true;
  const SurgicalReport report = search();
  ASSERT_EQ(report.rows.size(), 4U);
  EXPECT_EQ(report.rows[0].parameters, 4 * 3 + 3);
  EXPECT_EQ(report.rows[3].parameters, 15 + (2 * 3 * 3 + 3) + 6 + (3 * 4 * 3 + 4) + 8);
  for (const SurgicalRow& row : report.rows) EXPECT_GE(row.value, report.rows[report.best].value);
  EXPECT_NEAR(mean_loss(graph_, *make_loss(options_.loss), rows_, 24), report.rows[report.best].validation_loss, 1e-6);
  for (const NamedParam& entry : named_params(graph_)) {
    EXPECT_EQ(entry.param->value.requires_grad(), !entry.param->buffer) << entry.name;
    EXPECT_FALSE(entry.param->frozen) << entry.name;
  }
}

TEST_F(Search, OfEqualTrialsTheSmallestIsKept) {
  options_.watch = {.name = "guess", .larger_is_better = true, .value = [](const Graph&) { return 0.5; }};
  const SurgicalReport report = search();
  EXPECT_EQ(report.rows[report.best].trained, "head");
  options_.watch.value = [](const Graph&) { return std::nan(""); };
  EXPECT_EQ(error_of([&] { search(); }), "surgical: guess is not defined on the validation rows in any of 4 trials");
}

TEST_F(Search, IsResumedTrialByTrial) {
  const ScratchFolder folder;
  options_.folder = folder.path();
  const SurgicalReport first = search();
  EXPECT_EQ(folders_, (std::vector<std::string>{"1-head", "2-trunk-one--", "3-trunk-two--", "4-all"}));
  const Graph straight = clone(graph_);
  std::filesystem::remove_all(folder / "4-all");
  graph_ = network();
  options_.resume = true;
  const SurgicalReport again = search();
  EXPECT_EQ(surgical_csv(again), surgical_csv(first));
  for (const ConstNamedParam& entry : named_params(static_cast<const Graph&>(straight)))
    EXPECT_TRUE(graph_.nodes[static_cast<size_t>(entry.node)].params[entry.param->name].equal(entry.param->value));
}

TEST(SurgicalTable, ALineATrial) {
  const SurgicalReport report{.watched = "macro_f1",
                              .rows = {{"head", 15, 3, 1.25, 0.5}, {"trunk.one.*", 1042, 4, 1.125, 0.75}},
                              .best = 1,
                              .fit = {}};
  EXPECT_EQ(surgical_table(report),
            "trained      parameters  epochs  validation loss      macro_f1\n"
            "head                 15       3           1.2500        0.5000\n"
            "trunk.one.*       1,042       4           1.1250        0.7500  kept");
  EXPECT_EQ(surgical_csv(report),
            "trained,parameters,epochs,validation_loss,macro_f1,kept\n"
            "\"head\",15,3,1.25,0.5,no\n"
            "\"trunk.one.*\",1042,4,1.125,0.75,yes\n");
}

const std::string kRhythm = R"([data]
name = "rhythm"
simulator = "rhythm"
simulator_windows = 24

[validation]
ratio = 0.3

[model]
name = "kernel_classifier"
kernels = 2
lengths = [8, 4]

[train]
epochs = 0

[[step]]
kind = "surgical"
epochs = 2
batch = 8
monitor = "accuracy"

[evaluate]
resamples = 20
report_windows = 1
)";

TEST(SurgicalStep, TriesEveryBlockAndLeavesATable) {
  const ScratchFolder folder;
  const json metrics = run_text(kRhythm, {.out = folder / "run"});
  const std::string note = metrics.at("notes")[0];
  EXPECT_EQ(note.find("surgical: of "), 0U) << note;
  const std::string table = read_text(folder / "run/steps/1-surgical/surgical.csv");
  EXPECT_EQ(table.find("trained,parameters,epochs,validation_loss,accuracy,kept\n\"head\","), 0U) << table;
  EXPECT_NE(table.find("\n\"all\","), std::string::npos) << table;
  EXPECT_EQ(metrics.at("ledger").size(), 2U);
}

TEST(SurgicalStep, SlipsAreFoundBeforeAnyDataIsRead) {
  const auto said = [](const std::string& old_line, const std::string& new_line) {
    return std::string(error_of_run(with_line(old_line, new_line, kRhythm)).what());
  };
  EXPECT_EQ(said("[validation]\nratio = 0.3\n", ""),
            "recipe.toml [step]: a block is chosen by rows that do not train; add a [validation] section");
  EXPECT_EQ(said("epochs = 2", "epochs = 2\nfreeze = [\"mix1\"]"),
            "recipe.toml:20: 'freeze' has no effect here, for every trial freezes all but a block; blocks names them");
  EXPECT_EQ(said("epochs = 2", "epochs = 2\nfeatures = \"spectru\"").substr(0, 37),
            "recipe.toml:20: unknown node 'spectru");
  EXPECT_EQ(said("epochs = 2", "epochs = 2\nblocks = [\"nothing*\"]").substr(0, 60),
            "recipe.toml:20: blocks: the glob 'nothing*' matches none of ");
  EXPECT_EQ(said("epochs = 0", "epochs = 0\nbatch = 3"),
            "recipe.toml:16: 'batch' has no effect with epochs = 0, where nothing is trained");
}

}  // namespace
}  // namespace lathe
