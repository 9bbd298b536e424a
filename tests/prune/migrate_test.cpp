/// What an optimiser remembers shrinks along with its parameters: after a cut, one step changes all that is left.
#include "lathe/prune/migrate.h"

#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/prune/prune.h"
#include "tests/prune/sample_nets.h"

namespace lathe {
namespace {

using test::residual;

/// A gradient of the sum of squares of what the network gives on fixed data, and a step.
void step(Graph& graph, Optimizer& optimizer) {
  at::manual_seed(7);
  Optimizer::zero_grad(graph);
  run(graph, {at::randn({4, 2, 16})}, {.training = true}).outputs[0].square().sum().backward();
  optimizer.step(graph, 0.01);
}

class Migrate : public ::testing::TestWithParam<OptimizerOptions> {};

TEST_P(Migrate, OneStepAfterTheCutChangesEveryParameterThatIsLeft) {
  Graph graph = residual();
  Optimizer optimizer(GetParam());
  step(graph, optimizer);
  const Graph before = clone(graph);
  const PruneReport report = prune(graph, {.ratio = 0.5});
  migrate(optimizer.state(), before, report.removed);
  for (const ConstNamedParam& entry : named_params(std::as_const(graph)))
    for (const auto& [kind, value] : optimizer.state().at(entry.name)) {
      EXPECT_TRUE(value.dim() == 0 || value.sizes() == entry.param->value.sizes()) << entry.name << " " << kind;
    }
  const Graph cut = clone(graph);
  step(graph, optimizer);
  for (const ConstNamedParam& entry : named_params(std::as_const(graph))) {
    const Node& then = cut.node(entry.name.substr(0, entry.name.rfind('.')));
    EXPECT_FALSE(entry.param->value.equal(then.params[entry.param->name])) << entry.name;
  }
}

TEST_P(Migrate, MomentsStayWithTheirChannels) {
  Graph graph = residual();
  Optimizer optimizer(GetParam());
  step(graph, optimizer);
  const Graph before = clone(graph);
  OptimizerState wide = optimizer.state();
  const PruneReport report = prune(graph, {.ratio = 0.5});
  migrate(optimizer.state(), before, report.removed);
  std::vector<int64_t> kept;
  const Tensor& old_bias = before.node("inner").params["bias"];
  const Tensor& new_bias = graph.node("inner").params["bias"];
  for (int64_t i = 0; i < old_bias.size(0); ++i)
    if (new_bias.eq(old_bias[i]).any().item<bool>()) kept.push_back(i);
  ASSERT_EQ(std::ssize(kept), 3);
  for (const auto& [kind, value] : optimizer.state().at("inner.bias")) {
    if (value.dim() == 0) {
      EXPECT_TRUE(value.equal(wide.at("inner.bias").at(kind)));  // counts of steps go on
      continue;
    }
    for (size_t i = 0; i < kept.size(); ++i)
      EXPECT_TRUE(value[static_cast<int64_t>(i)].equal(wide.at("inner.bias").at(kind)[kept[i]])) << kind;
  }
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Migrate,
                         ::testing::Values(OptimizerOptions{.kind = "adam"}, OptimizerOptions{.kind = "adamw"},
                                           OptimizerOptions{.kind = "adam", .amsgrad = true},
                                           OptimizerOptions{.kind = "sgd", .momentum = 0.9}));

TEST(MigrateNothing, AStateThatIsEmptyStaysSo) {
  Graph graph = residual();
  OptimizerState state;
  migrate(state, residual(), plan_pruning(graph, {.ratio = 0.5}).removed);
  EXPECT_TRUE(state.empty());
}

}  // namespace
}  // namespace lathe
