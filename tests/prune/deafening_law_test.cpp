/// The deafening law: when nobody reads some channels, removing them changes nothing, whatever lies between. On 200
/// random networks, in double precision; a failure prints the seed and the network.
#include <ATen/Parallel.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/graph/print.h"
#include "lathe/prune/prune.h"
#include "tests/ops/deafen.h"
#include "tests/prune/random_nets.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

constexpr double kTolerance = 1e-5;

using Outputs = std::vector<Tensor>;

Outputs outputs(const Graph& graph, const std::vector<Tensor>& x) {
  return run(graph, x).outputs;
}

/// The largest difference over the largest value, of all outputs.
double difference(const Outputs& a, const Outputs& b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].sizes() != b[i].sizes()) return INFINITY;
    const double size = std::max(1e-30, a[i].abs().max().item<double>());
    const double apart = a[i].sub(b[i]).abs().max().item<double>() / size;
    if (!(apart <= worst)) worst = apart;
  }
  return worst;
}

/// What a parameter keeps: every axis by itself, so that what two units share is not counted twice.
int64_t predicted_parameters(const Graph& graph, const std::vector<Unit>& doomed) {
  std::set<Slice> gone;
  for (const Unit& unit : doomed) gone.insert(unit.slices.begin(), unit.slices.end());
  int64_t total = 0;
  for (const ConstNamedParam& entry : named_params(graph)) {
    if (entry.param->buffer) continue;
    std::vector<int64_t> sizes = entry.param->value.sizes().vec();
    for (const Slice& slice : gone)
      if (slice.node == entry.node && slice.param == entry.param->name) --sizes[static_cast<size_t>(slice.axis)];
    total += Shape(sizes).count();
  }
  return total;
}

class RandomNets : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    at::set_num_threads(1);  // nets this small wait for a second thread longer than they run
    test::seed_tensors(static_cast<uint64_t>(GetParam()));
    graph = test::RandomNet(static_cast<uint64_t>(GetParam())).make();
    test::shake_params(graph);
    test::to_double(graph);
    for (const int place : graph.inputs())
      x.push_back(at::randn(shapes(graph)[static_cast<size_t>(place)].with(0, 2).sizes(), at::kDouble));
  }
  std::string where() const { return fmt::format("seed {}\n{}", GetParam(), print(graph)); }

  /// Those that may go; what every axis must keep stays.
  std::vector<Unit> some_units(double share, bool exact_only) {
    std::map<Cut, int64_t> left;
    std::vector<int64_t> channels;
    for (const Shape& shape : shapes(graph)) channels.push_back(shape.rank() < 2 ? 0 : shape[1]);
    std::vector<Unit> chosen;
    for (const Unit& unit : units(graph)) {
      if (unit.pinned || (exact_only && !unit.exact) || !rng.chance(share)) continue;
      std::map<Cut, int64_t> cuts;
      for (const Slice& slice : unit.slices) ++cuts[{slice.node, slice.param, slice.axis}];
      bool fits = true;
      for (const auto& [cut, count] : cuts) {
        const Tensor& value = graph.nodes[static_cast<size_t>(cut.node)].params[cut.param];
        fits = fits && left.try_emplace(cut, value.size(cut.axis)).first->second > count;
      }
      std::vector<int64_t> channels_left = channels;
      for (const Channel& channel : unit.channels)
        fits = --channels_left[static_cast<size_t>(channel.node)] > 0 && fits;
      if (!fits) continue;
      channels = channels_left;
      for (const auto& [cut, count] : cuts) left[cut] -= count;
      chosen.push_back(unit);
    }
    return chosen;
  }

  Graph graph;
  std::vector<Tensor> x;
  Rng rng{static_cast<uint64_t>(GetParam())};
};

TEST_P(RandomNets, ChannelsNobodyReadsCanGoAlone) {
  for (const Unit& unit : some_units(1, true)) {
    if (!rng.chance(0.2)) continue;
    const Graph deaf = test::deafen(graph, unit);
    Graph smaller = deaf;
    remove(smaller, {unit});
    ASSERT_LE(difference(outputs(deaf, x), outputs(smaller, x)), kTolerance)
        << "channel " << unit.channels.at(0).channel << " of node " << unit.channels.at(0).node << ", " << where();
  }
}

TEST_P(RandomNets, ChannelsNobodyReadsCanGoTogether) {
  const std::vector<Unit> doomed = some_units(0.5, true);
  Graph deaf = graph;
  for (const Unit& unit : doomed) deaf = test::deafen(deaf, unit);
  Graph smaller = deaf;
  remove(smaller, doomed);
  EXPECT_LE(difference(outputs(deaf, x), outputs(smaller, x)), kTolerance) << where();
}

TEST_P(RandomNets, ParametersAreThoseOfTheFormula) {
  const std::vector<Unit> doomed = some_units(0.5, false);
  Graph smaller = graph;
  remove(smaller, doomed);
  EXPECT_EQ(parameter_count(smaller), predicted_parameters(graph, doomed)) << where();
  for (const Tensor& output : outputs(smaller, x)) EXPECT_TRUE(output.isfinite().all().item<bool>()) << where();
}

TEST_P(RandomNets, RemovingNothingIsTheIdentity) {
  Graph same = graph;
  remove(same, {});
  EXPECT_EQ(difference(outputs(graph, x), outputs(same, x)), 0) << where();
}

TEST_P(RandomNets, WhatIsLeftCanBePrunedAgain) {
  Graph smaller = graph;
  for (int round = 0; round < 2; ++round) {
    prune(smaller, {.criterion = "random", .scoring = {.seed = 1}, .ratio = 0.4});
    EXPECT_LT(difference(outputs(smaller, x), outputs(smaller, x)), INFINITY) << where();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomNets, testing::Range(0, 200));

TEST(RandomNetsTogether, MeetEveryKindOfBlockAndFreeUnits) {
  std::set<std::string> kinds;
  int64_t exact = 0, inexact = 0, pinned = 0;
  for (int seed = 0; seed < 200; ++seed) {
    const Graph graph = test::RandomNet(static_cast<uint64_t>(seed)).make();
    for (const Node& node : graph.nodes) kinds.insert(std::string(node.op->kind()));
    for (const Unit& unit : units(graph)) ++(unit.pinned ? pinned : unit.exact ? exact : inexact);
  }
  for (const char* kind :
       {"add",        "concat",     "slice",         "flatten", "reshape",  "transpose",      "batch_norm",
        "group_norm", "layer_norm", "instance_norm", "prelu",   "max_pool", "average_pool",   "adaptive_average_pool",
        "fir",        "mul",        "matmul",        "softmax", "upsample", "conv_transpose", "linear",
        "pad",        "reduce",     "maximum",       "sub"})
    EXPECT_EQ(kinds.count(kind), 1U) << kind;
  EXPECT_GT(exact, 2000);
  EXPECT_GT(inexact, 100);
  EXPECT_GT(pinned, 100);
}

}  // namespace
}  // namespace lathe
