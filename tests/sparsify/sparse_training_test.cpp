/// Training with few connections: exact counts and zeros after every step, going on bit for bit, and what is refused.
#include "lathe/sparsify/sparse_training.h"

#include "lathe/sparsify/filters.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

void expect_zero(const Tensor& values, const std::string& name) {
  EXPECT_EQ(values.ne(0).sum().item<int64_t>(), 0) << name;
}

/// Forwards to sparse training, and looks at everything after every step.
class Watched final : public TrainingCallback {
 public:
  explicit Watched(const SparsityOptions& options) : sparse(options) {}
  void begin(Graph& graph, bool resumed) override {
    sparse.begin(graph, resumed);
    first = sparse.densities();
  }
  std::vector<std::string> taps(const TrainingTime& time) const override { return sparse.taps(time); }
  void look(const RunResult& result) override { sparse.look(result); }
  void before_update(Graph& graph, const TrainingTime& time) override { sparse.before_update(graph, time); }
  void after_update(Graph& graph, const OptimizerState& state, const TrainingTime& time) override {
    sparse.after_update(graph, state, time);
    const at::NoGradGuard no_gradients;
    for (const LayerDensity& layer : sparse.densities()) {
      const Tensor off = sparse.mask(layer.name).eq(0);
      EXPECT_EQ(sparse.mask(layer.name).sum().item<int64_t>(), layer.active) << layer.name;
      for (const NamedParam& entry : named_params(graph))
        if (entry.name == layer.name) expect_zero(entry.param->value.masked_select(off), layer.name);
      for (const auto& [name, value] : state.at(layer.name))
        if (value.sizes() == off.sizes()) expect_zero(value.masked_select(off), name);
    }
    for (size_t i = 0; constant && i < first.size(); ++i)
      EXPECT_EQ(sparse.densities()[i].active, first[i].active) << first[i].name << " at step " << time.step;
    ++steps;
    if (after) after(graph, state, time);
  }
  std::function<void(Graph&, const OptimizerState&, const TrainingTime&)> after;
  std::map<std::string, std::string> settings() const override { return sparse.settings(); }
  std::map<std::string, Tensor> state() const override { return sparse.state(); }
  void load_state(const std::map<std::string, Tensor>& state) override { sparse.load_state(state); }

  SparseTraining sparse;
  std::vector<LayerDensity> first;
  bool constant = true;
  int64_t steps = 0;
};

SparsityOptions by(const std::string& method) {
  SparsityOptions options{.density = 0.4};
  sparsity_methods().at(method).apply(options);
  return options;
}

class SparseTrainingTest : public ::testing::TestWithParam<const char*> {
 protected:
  TensorBatches rows_ = classifier_rows();
};

TEST_P(SparseTrainingTest, CountsAreExactAndWhatIsOffIsZeroAfterEveryStep) {
  at::set_num_threads(1);
  const auto watched = std::make_shared<Watched>(by(GetParam()));
  FitOptions options = classifier_options();
  options.callback = watched;
  Graph graph = classifier(1);
  fit(graph, rows_, options);
  EXPECT_EQ(watched->steps, 30);
  EXPECT_EQ(watched->sparse.updates(), std::string(GetParam()) == "static" ? 0
                                       : std::string(GetParam()) == "rigl" ? 3
                                                                           : 4);
  EXPECT_EQ(watched->first[0].active, 24);  // of 60
  EXPECT_EQ(watched->first[1].active, 7);   // of 18
}

TEST_P(SparseTrainingTest, GoesOnBitForBit) {
  at::set_num_threads(1);
  const auto trained = [&](bool stops) {
    const ScratchFolder folder;
    FitOptions options = classifier_options(folder.path());
    Graph graph = classifier(1);
    int64_t step = 0;
    options.on_step = [&](const StepReport& report) { step = report.step; };
    for (const int64_t stop : {7, 12, 20}) {
      if (!stops) break;
      options.callback = std::make_shared<SparseTraining>(by(GetParam()));
      options.stop_requested = [&, stop] { return step == stop; };
      error_of([&] { fit(graph, rows_, options); });
      graph = classifier(99);
      options.resume = true;
    }
    options.stop_requested = nullptr;
    const auto last = std::make_shared<SparseTraining>(by(GetParam()));
    options.callback = last;
    fit(graph, rows_, options);
    return std::pair(std::move(graph), last->updates());
  };
  const auto straight = trained(false), resumed = trained(true);
  expect_same_weights(straight.first, resumed.first);
  EXPECT_EQ(straight.second, resumed.second);
}

INSTANTIATE_TEST_SUITE_P(Methods, SparseTrainingTest,
                         testing::Values("static", "set", "hebbian", "hebbian_growth", "rigl"),
                         [](const auto& info) { return std::string(info.param); });

TEST(SparseTraining, FirstWeightsAreScaledByTheRootOfTheirDensity) {
  Graph graph = classifier(1);
  const Tensor before = graph.node("conv").params["weight"].detach().clone();
  SparseTraining sparse(by("static"));
  sparse.begin(graph, false);
  const at::NoGradGuard no_gradients;
  const Tensor wanted = before.mul(sparse.mask("conv.weight")).div(std::sqrt(24.0 / 60));
  EXPECT_LT(graph.node("conv").params["weight"].sub(wanted).abs().max().item<double>(), 1e-6);
}

TEST(SparseTraining, MasksChangePlacesAndUseWhatActivationsSay) {
  at::set_num_threads(1);
  const auto masks = [](const std::string& method) {
    const auto sparse = std::make_shared<SparseTraining>(by(method));
    FitOptions options = classifier_options();
    options.callback = sparse;
    Graph graph = classifier(1);
    const TensorBatches rows = classifier_rows();
    fit(graph, rows, options);
    return sparse->mask("conv.weight").clone();
  };
  const Tensor still = masks("static");
  EXPECT_GT(masks("set").ne(still).sum().item<int64_t>(), 4);
  EXPECT_GT(masks("hebbian").ne(masks("set")).sum().item<int64_t>(), 4);
  EXPECT_GT(masks("rigl").ne(masks("set")).sum().item<int64_t>(), 4);
}

TEST(SparseTraining, GradualEndsAtTheDensityAskedFor) {
  at::set_num_threads(1);
  const auto watched = std::make_shared<Watched>(by("gradual"));
  watched->constant = false;
  FitOptions options = classifier_options();
  options.callback = watched;
  Graph graph = classifier(1);
  const TensorBatches rows = classifier_rows();
  fit(graph, rows, options);
  EXPECT_EQ(watched->first[0].active, 60);
  EXPECT_EQ(watched->sparse.densities()[0].active, 24);
}

Graph trained_with(const std::shared_ptr<TrainingCallback>& callback) {
  FitOptions options = classifier_options();
  options.callback = callback;
  Graph graph = classifier(1);
  fit(graph, classifier_rows(), options);
  return graph;
}

TEST(SparseTraining, TheLotteryGoesBackToFirstWeights) {
  at::set_num_threads(1);
  SparsityOptions options = by("lottery");
  options.rounds = 3;
  const auto watched = std::make_shared<Watched>(options);
  watched->constant = false;
  std::vector<int64_t> active;
  FitOptions fitting = classifier_options();
  fitting.callback = watched;
  fitting.on_step = [&](const StepReport&) { active.push_back(watched->sparse.densities()[0].active); };
  Graph graph = classifier(1);
  const Graph first = classifier(1);
  int64_t parts = 0;
  watched->after = [&](Graph& now, const OptimizerState& state, const TrainingTime& time) {
    const bool round = time.step % (time.steps / 4) == 0 && time.step / (time.steps / 4) <= 3;
    if (!round) return;
    ++parts;
    const Tensor mask = watched->sparse.mask("conv.weight");
    EXPECT_TRUE(now.node("conv").params["weight"].equal(first.node("conv").params["weight"].mul(mask)));
    for (const char* param : {"weight", "bias", "running_mean"})
      EXPECT_TRUE(now.node("norm").params[param].equal(first.node("norm").params[param])) << param;
    for (const auto& [name, remembered] : state)
      for (const auto& [what, value] : remembered) expect_zero(value, name + " " + what);
  };
  fit(graph, classifier_rows(), fitting);
  EXPECT_EQ(parts, 3);
  EXPECT_EQ(active.front(), 60);
  EXPECT_EQ(active.back(), 24);
  EXPECT_EQ(active[8], 44);   // 60 · 0.4^(1/3), of step 7 on
  EXPECT_EQ(active[15], 33);  // 60 · 0.4^(2/3), of step 14 on
  EXPECT_FALSE(graph.node("conv").params["weight"].equal(
      first.node("conv").params["weight"].mul(watched->sparse.mask("conv.weight"))));  // it trained on
}

TEST(SparseTraining, MethodsOfOtherCountsGoOnBitForBit) {
  at::set_num_threads(1);
  const auto trained = [](const std::string& method, bool stops) {
    SparsityOptions sparsity = by(method);
    if (method == "n_m") sparsity.layers = {"head"};
    if (method == "dsconv") sparsity.look_every = 5;
    const ScratchFolder folder;
    FitOptions options = classifier_options(folder.path());
    Graph graph = classifier(1);
    int64_t step = 0;
    options.on_step = [&](const StepReport& report) { step = report.step; };
    if (stops) {
      options.callback = std::make_shared<SparseTraining>(sparsity);
      options.stop_requested = [&] { return step == 13; };
      error_of([&] { fit(graph, classifier_rows(), options); });
      EXPECT_EQ(step, 13);
      graph = classifier(99);
      options.resume = true;
      options.stop_requested = nullptr;
    }
    options.callback = std::make_shared<SparseTraining>(sparsity);
    fit(graph, classifier_rows(), options);
    return graph;
  };
  for (const char* method : {"lottery", "dsconv", "dsconv_as_published", "gradual", "n_m"})
    expect_same_weights(trained(method, false), trained(method, true));
}

TEST(SparseTraining, FiltersKeepTheStrongestAndGrowBesideThem) {
  const std::vector<double> strength = {5, 1, 9, 3, 7, 0, 2, 8, 4, 6, /* the second filter: */ 0,
                                        0, 0, 0, 0, 0, 0, 0, 0, 1};
  std::vector<float> weight(20, 2);
  std::vector<uint8_t> mask(20, 1);
  Rng rng(1);
  renew_filters({.keep = 0.2, .grow = 0.1}, {1, 2, 10}, strength, weight, mask, rng);
  EXPECT_EQ(mask, (std::vector<uint8_t>{0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1}));
  for (size_t i = 0; i < 20; ++i) {
    const bool stays = i == 2 || i == 7 || i == 10 || i == 19, grows = i == 4 || i == 11;
    EXPECT_EQ(weight[i] == 2, stays) << i;
    EXPECT_EQ(weight[i] != 2 && weight[i] != 0, grows) << i;
    EXPECT_LE(grows ? std::abs(weight[i]) : 0, std::sqrt(6.0 / 20));
  }
}

TEST(SparseTraining, FiltersAsPublishedLoseAllButTheStrongestAndGrowNothing) {
  const std::vector<double> strength = {5, 1, 9, 3, 7, 0, 2, 8, 8, 6};
  std::vector<float> weight(10, 2);
  std::vector<uint8_t> mask(10, 1);
  Rng rng(1);
  renew_filters({.keep = 0.2, .grow = 0.1, .as_published = true}, {1, 1, 10}, strength, weight, mask, rng);
  EXPECT_EQ(weight, (std::vector<float>{0, 0, 2, 0, 0, 0, 0, 2, 2, 0}));  // ties stay
  EXPECT_EQ(mask, std::vector<uint8_t>(10, 1));
}

TEST(SparseTraining, DsconvThinsFiltersOnceActivationsSpoke) {
  at::set_num_threads(1);
  const auto by_filters = [](const std::string& method) {
    SparsityOptions options = by(method);
    options.look_every = 1;
    options.filter_keep = 0.4;  // two of five
    return options;
  };
  SparsityOptions options = by_filters("dsconv");
  options.filter_grow = 0.2;
  const auto held = std::make_shared<Watched>(options);
  held->constant = false;
  const Graph repaired = trained_with(held);
  EXPECT_EQ(held->sparse.densities()[0].active, 36);  // three of five in twelve filters
  EXPECT_EQ(held->sparse.densities().size(), 1U);     // a linear layer has no filters
  EXPECT_LE(layer_densities(repaired)[0].active, 36);
  const auto loose = std::make_shared<SparseTraining>(by_filters("dsconv_as_published"));
  const Graph published = trained_with(loose);
  EXPECT_TRUE(loose->mask("conv.weight").all().item<bool>());
  EXPECT_EQ(loose->densities()[0].active, layer_densities(published)[0].active);
  EXPECT_GE(loose->densities()[0].active, 24);  // the last update is behind the last step; ties stay
  EXPECT_LE(loose->densities()[0].active, 30);
}

TEST(SparseTraining, OfFourInputsTheTwoLargestStay) {
  Graph graph = classifier(1);
  SparsityOptions options = by("n_m");
  options.layers = {"head"};
  SparseTraining sparse(options);
  sparse.begin(graph, false);
  const Tensor mask = sparse.mask("head.weight");  // [3, 6]: one group of four, two inputs that are over
  EXPECT_TRUE(mask.narrow(1, 0, 4).sum(1).eq(2).all().item<bool>());
  EXPECT_TRUE(mask.narrow(1, 4, 2).eq(1).all().item<bool>());
  options.layers = {"conv"};
  EXPECT_EQ(error_of([&] { check_sparsity(graph, options); }),
            "sparsify: 'conv.weight' has 2 inputs, too few for groups of 4; leave it out of 'layers'");
}

TEST(SparseTraining, RefusesToGoOnWithOtherSettings) {
  at::set_num_threads(1);
  const ScratchFolder folder;
  FitOptions options = classifier_options(folder.path());
  options.callback = std::make_shared<SparseTraining>(by("set"));
  Graph graph = classifier(1);
  const TensorBatches rows = classifier_rows();
  fit(graph, rows, options);
  options.resume = true;
  SparsityOptions other = by("set");
  other.share = 0.5;
  options.callback = std::make_shared<SparseTraining>(other);
  EXPECT_NE(error_of([&] {
              fit(graph, rows, options);
            }).find("belongs to a training with other settings: share (then 0.3, now 0.5)"),
            std::string::npos);
}

TEST(SparseTraining, RefusesWhatCannotBe) {
  const Graph graph = classifier(1);
  const auto said = [&](SparsityOptions options) { return error_of([&] { check_sparsity(graph, options); }); };
  EXPECT_NE(said({.density = 1.5}).find("1.5"), std::string::npos);
  EXPECT_EQ(said({.layers = {"cnov*"}}).find("'cnov*'"), said({.layers = {"cnov*"}}).find('\''))
      << said({.layers = {"cnov*"}});
  EXPECT_EQ(said({.prune = "magnitude"}), "a prune rule alone would change the density; give a grow rule too");
  EXPECT_EQ(said({.share = 2}), "share is 2 (expected 0 to 1)");
}

TEST(SparseTraining, TheBestEpochIsAsSparseAsWasAskedFor) {
  at::set_num_threads(1);
  for (const char* method : {"gradual", "lottery"}) {
    FitOptions options = classifier_options();
    options.callback = std::make_shared<SparseTraining>(by(method));
    options.watch = {.patience = 1, .restore_best = true};
    const TensorBatches rows = classifier_rows();
    Graph graph = classifier(1);
    const FitReport report = fit(graph, rows, options, &rows);
    EXPECT_GT(report.best_epoch, 3) << method;  // of five; the last change comes in the fourth, or the fifth
    EXPECT_LE(layer_densities(graph)[0].active, 24) << method;
  }
}

TEST(SparseTraining, ChangesThatWouldNeverComeAreRefused) {
  const auto said = [](SparsityOptions sparsity) {
    FitOptions options = classifier_options();
    options.callback = std::make_shared<SparseTraining>(std::move(sparsity));
    Graph graph = classifier(1);
    return error_of([&] { fit(graph, classifier_rows(), options); });
  };
  SparsityOptions rare = by("set"), many = by("lottery");
  rare.every = 50;
  EXPECT_EQ(said(rare),
            "sparsify: connections would never change: the first update is due behind step 300, and of 30 steps the "
            "last that may have one is 30; train longer, or set update_every or update_per");
  many.rounds = 40;
  EXPECT_EQ(said(many), "sparsify: rounds is 40 (expected at most 29 in a training of 30 steps)");
  SparsityOptions zeros{.start = "zeros"};
  EXPECT_EQ(said(zeros), "sparsify: start = \"zeros\", and no weight of these layers is 0");
  SparsityOptions filters = by("dsconv");
  filters.layers = {"head"};
  EXPECT_EQ(said(filters), "sparsify: none of the layers has filters of more than one weight (expected convolutions)");
}

TEST(SparseTraining, ATrainingWithoutMasksDoesNotGoOnFromOneWith) {
  at::set_num_threads(1);
  const ScratchFolder folder;
  FitOptions options = classifier_options(folder.path());
  options.callback = std::make_shared<SparseTraining>(by("static"));
  Graph graph = classifier(1);
  fit(graph, classifier_rows(), options);
  options.callback = nullptr;
  options.resume = true;
  const std::string refusal = error_of([&] { fit(graph, classifier_rows(), options); });
  EXPECT_NE(refusal.find("density (then 0.4, now not set)"), std::string::npos) << refusal;
}

TEST(SparseTraining, WeightsThatAreZeroCanSayWhatIsActive) {
  Graph graph = classifier(1);
  {
    const at::NoGradGuard no_gradients;
    graph.node("conv").params["weight"].select(0, 0).zero_();
  }
  SparsityOptions options{.start = "zeros"};
  SparseTraining sparse(options);
  sparse.begin(graph, false);
  EXPECT_EQ(sparse.densities()[0].active, 50);
  EXPECT_EQ(sparse.densities()[1].active, 18);
  EXPECT_EQ(densities_text(layer_densities(graph)),
            "68 of 78 connections are active (0.872: conv.weight 0.833, head.weight 1)");
}

}  // namespace
}  // namespace lathe
