/// Activations and arithmetic against PyTorch: outputs and gradients (tools/make_vectors.py). Every case of the file is
/// asked for here, and the other way round.
#include <ATen/ops/allclose.h>

#include <map>
#include <set>

#include "lathe/exec/run.h"
#include "lathe/formats/safetensors.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Values = std::vector<Value>;
using Build = std::function<Value(const Values&, const TensorFile&)>;

struct Case {
  std::string name;
  Build build;
};

Build unary(Value (*op)(Value, std::string)) {
  return [op](const Values& x, const TensorFile&) { return op(x[0], "op"); };
}
Build set(std::function<Value(Value)> op) {
  return [op = std::move(op)](const Values& x, const TensorFile&) { return op(x[0]); };
}

std::vector<Case> all_cases() {
  std::vector<Case> cases = {
      {"abs", unary(abs)},
      {"clip", set([](Value x) { return clip(x, "op", {.min = -0.5, .max = 1.5}); })},
      {"clip_relu6", set([](Value x) { return clip(mul(x, 4.0, "wide"), "op", {.min = 0, .max = 6}); })},
      {"concat_last", [](const Values& x, const TensorFile&) { return concat(x, "op", -1); }},
      {"elu", set([](Value x) { return elu(x, "op", 0.7); })},
      {"erf", unary(erf)},
      {"exp", unary(exp)},
      {"gelu", set([](Value x) { return gelu(x, "op"); })},
      {"gelu_tanh", set([](Value x) { return gelu(x, "op", "tanh"); })},
      {"hard_sigmoid", set([](Value x) { return hard_sigmoid(x, "op"); })},
      {"hard_swish", unary(hard_swish)},
      {"log", unary(log)},
      {"log_softmax", set([](Value x) { return log_softmax(x, "op"); })},
      {"log_softmax_last", set([](Value x) { return log_softmax(x, "op", -1); })},
      {"neg", unary(neg)},
      {"prelu", set([](Value x) { return prelu(x, "op"); })},
      {"prelu_per_channel", set([](Value x) { return prelu(x, "op", {.per_channel = true}); })},
      {"reciprocal", unary(reciprocal)},
      {"silu", unary(silu)},
      {"softmax", set([](Value x) { return softmax(x, "op"); })},
      {"softmax_last", set([](Value x) { return softmax(x, "op", -1); })},
      {"softplus", set([](Value x) { return softplus(mul(x, 12.0, "wide"), "op"); })},
      {"sqrt", unary(sqrt)},
      {"tanh", unary(tanh)},
  };
  using Binary = Value (*)(Operand, Operand, std::string);
  const std::vector<std::pair<std::string, Binary>> arithmetic = {
      {"add", add}, {"sub", sub}, {"mul", mul}, {"div", div}, {"pow", pow}, {"maximum", maximum}, {"minimum", minimum}};
  for (const auto& entry : arithmetic) {
    const std::string& name = entry.first;
    const Binary op = entry.second;
    const auto constant = [](const TensorFile& file, const std::string& of) {
      return Param{"value", file.find(of + "/value")->clone()};
    };
    cases.push_back({name + "_gate", [op](const Values& x, const TensorFile&) { return op(x[0], x[1], "op"); }});
    cases.push_back({name + "_constant", [=](const Values& x, const TensorFile& file) {
                       return op(x[0], constant(file, name + "_constant"), "op");
                     }});
    cases.push_back({name + "_constant_first", [=](const Values& x, const TensorFile& file) {
                       return op(constant(file, name + "_constant_first"), x[0], "op");
                     }});
  }
  return cases;
}

TensorFile vectors() {
  return read_safetensors(test::source_folder() / "tests/vectors/ops_elementwise.safetensors");
}

class ElementwiseVector : public testing::TestWithParam<Case> {};

TEST_P(ElementwiseVector, OutputAndGradientsEqualPyTorchs) {
  const TensorFile file = vectors();
  const std::string prefix = GetParam().name + "/";
  const auto expected = [&](const std::string& name) { return *file.find(prefix + name); };
  Builder builder;
  Values values;
  std::map<std::string, Tensor> leaves;
  std::vector<Tensor> inputs;
  for (std::string name = "x0"; file.find(prefix + name) != nullptr; name = "x" + std::to_string(values.size())) {
    inputs.push_back(leaves[name] = expected(name).clone().requires_grad_(true));
    values.push_back(builder.input(name, Shape(inputs.back().sizes().slice(1).vec())));
  }
  const Graph graph = builder.finish({GetParam().build(values, file)});
  for (const ConstNamedParam& entry : named_params(graph)) {
    if (entry.param->buffer) continue;
    entry.param->value.detach().copy_(expected(entry.param->name));
    leaves[entry.param->name] = entry.param->value;
  }
  const Tensor output = run(graph, inputs).outputs.at(0);
  EXPECT_TRUE(at::allclose(output, expected("output"), 2e-6, 2e-6)) << output;
  output.mul(expected("weights")).sum().backward();
  for (const auto& leaf : leaves)
    EXPECT_TRUE(at::allclose(leaf.second.grad(), expected("gradient/" + leaf.first), 5e-6, 5e-6)) << leaf.first;
}

INSTANTIATE_TEST_SUITE_P(PyTorch, ElementwiseVector, testing::ValuesIn(all_cases()),
                         [](const auto& info) { return info.param.name; });

TEST(ElementwiseVectors, EveryCaseOfTheFileIsAskedFor) {
  std::set<std::string> held, asked;
  for (const auto& entry : vectors().tensors) held.insert(entry.first.substr(0, entry.first.find('/')));
  for (const Case& each : all_cases()) asked.insert(each.name);
  EXPECT_EQ(held, asked);
}

}  // namespace
}  // namespace lathe
