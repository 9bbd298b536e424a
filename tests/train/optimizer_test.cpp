/// What an optimiser leaves alone, what it remembers, and what it refuses. Its arithmetic: train_vector_test.cpp.
#include "lathe/train/optimizer.h"

#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

void give_gradients(Graph& graph) {
  for (const NamedParam& entry : named_params(graph))
    if (!entry.param->buffer) entry.param->value.mutable_grad() = at::randn(entry.param->value.sizes());
}

TEST(Optimizer, FrozenParametersBuffersAndParametersWithoutGradientStay) {
  Graph graph = classifier(1);
  const Graph before = clone(graph);
  give_gradients(graph);
  graph.node("conv").params["bias"].set_requires_grad(false);
  graph.node("head").params.find("bias")->value.mutable_grad().reset();
  Optimizer optimizer({.kind = "sgd", .learning_rate = 0.1, .weight_decay = 0.5});
  optimizer.step(graph, 0.1);
  for (const char* name : {"running_mean", "running_var", "num_batches_tracked"})
    EXPECT_TRUE(at::equal(graph.node("norm").params[name], before.node("norm").params[name])) << name;
  EXPECT_TRUE(at::equal(graph.node("conv").params["bias"], before.node("conv").params["bias"]));
  EXPECT_TRUE(at::equal(graph.node("head").params["bias"], before.node("head").params["bias"]));
  EXPECT_FALSE(at::equal(graph.node("conv").params["weight"], before.node("conv").params["weight"]));
}

TEST(Optimizer, StateIsFoundByParameterNameAndSurvivesASlice) {
  Graph graph = classifier(1);
  give_gradients(graph);
  Optimizer optimizer({.amsgrad = true});
  optimizer.step(graph, 0.1);
  ParameterState& state = optimizer.state().at("head.weight");
  EXPECT_EQ(state.at("exp_avg").sizes(), (std::vector<int64_t>{3, 6}));
  EXPECT_EQ(state.size(), 4U);  // step, exp_avg, exp_avg_sq, max_exp_avg_sq
  EXPECT_EQ(state.at("step").item<int64_t>(), 1);
  Param& weight = *graph.node("head").params.find("weight");
  weight.value = weight.value.detach().narrow(1, 0, 4).clone().set_requires_grad(true);
  for (auto& [name, value] : state)
    if (value.dim() > 0) value = value.narrow(1, 0, 4).clone();
  give_gradients(graph);
  const Tensor before = weight.value.detach().clone();
  optimizer.step(graph, 0.1);
  EXPECT_FALSE(weight.value.eq(before).any().item<bool>());  // every value moved
  EXPECT_EQ(optimizer.state().at("head.weight").at("step").item<int64_t>(), 2);
}

TEST(Optimizer, ZeroGradForgets) {
  Graph graph = classifier(1);
  give_gradients(graph);
  Optimizer::zero_grad(graph);
  for (const NamedParam& entry : named_params(graph)) EXPECT_FALSE(entry.param->value.grad().defined());
}

TEST(Optimizer, DecayDefaultsToThatOfTheKind) {
  EXPECT_EQ(*Optimizer({.kind = "adam"}).options().weight_decay, 0);
  EXPECT_EQ(*Optimizer({.kind = "adamw"}).options().weight_decay, 0.01);
  EXPECT_EQ(*Optimizer({.kind = "adamw", .weight_decay = 0}).options().weight_decay, 0);
}

TEST(Optimizer, Refusals) {
  const auto refusal = [](const OptimizerOptions& options) { return error_of([&] { Optimizer made(options); }); };
  EXPECT_EQ(refusal({.kind = "adamm"}), "unknown optimizer 'adamm'; known: adam, adamw, sgd (did you mean 'adam'?)");
  EXPECT_EQ(refusal({.learning_rate = -1}), "optimizer 'adam': learning_rate is -1 (expected at least 0)");
  EXPECT_EQ(refusal({.weight_decay = -0.5}), "optimizer 'adam': weight_decay is -0.5 (expected at least 0)");
  EXPECT_EQ(refusal({.beta1 = 1}), "optimizer 'adam': beta1 is 1 (expected at least 0 and below 1)");
  EXPECT_EQ(refusal({.kind = "sgd", .nesterov = true}),
            "optimizer 'sgd': nesterov needs a momentum above 0 and no dampening (got 0 and 0)");
}

}  // namespace
}  // namespace lathe
