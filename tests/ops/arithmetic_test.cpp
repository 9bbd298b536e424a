/// What the laws cannot say of arithmetic: shapes that are refused, operands that widen, ties of constants with an axis
/// for the batch.
#include "lathe/ops/arithmetic.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/graph/units.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

Shape shape_with(const Shape& sample, std::vector<int64_t> constant) {
  Builder builder;
  return mul(builder.input("x", sample), at::ones(constant), "op").shape();
}
std::string refusal(const Shape& sample, std::vector<int64_t> constant) {
  return test::error_of([&] { shape_with(sample, constant); });
}
std::string refusal_of_values(const Shape& a, const Shape& b) {
  Builder builder;
  const Value first = builder.input("a", a), second = builder.input("b", b);
  return test::error_of([&] { add(first, second, "op"); });
}

TEST(Arithmetic, AConstantMayWidenTheValue) {
  EXPECT_EQ(shape_with({3, 1}, {5}), Shape({1, 3, 5}));
  EXPECT_EQ(shape_with({1, 5}, {4, 1}), Shape({1, 4, 5}));
  EXPECT_EQ(shape_with({3, 5}, {1, 3, 1}), Shape({1, 3, 5}));
  EXPECT_EQ(shape_with({3, 5}, {}), Shape({1, 3, 5}));
}

TEST(Arithmetic, AConstantThatTouchesTheBatchIsRefused) {
  const std::string rule = "(expected a shape that broadcasts and leaves the batch alone)";
  EXPECT_EQ(refusal({3}, {5, 3}), "node 'op': mul: the constant [5, 3] does not go with [1, 3] " + rule);
  EXPECT_EQ(refusal({3}, {1, 1, 3}), "node 'op': mul: the constant [1, 1, 3] does not go with [1, 3] " + rule);
  EXPECT_EQ(refusal({3}, {4}), "node 'op': mul: the constant [4] does not go with [1, 3] " + rule);
  EXPECT_EQ(refusal({3, 1}, {0}), "node 'op': mul: the constant [0] does not go with [1, 3, 1] " + rule);
}

TEST(Arithmetic, ValuesOfOtherSizesAreRefused) {
  EXPECT_EQ(refusal_of_values({3, 5}, {3, 4}), "node 'op': add: [1, 3, 4] does not line up with [1, 3, 5]");
  EXPECT_EQ(refusal_of_values({3, 5}, {5}), "node 'op': add: [1, 5] does not line up with [1, 3, 5]");
}

TEST(Arithmetic, OneValueAloneIsRefused) {
  Builder builder;
  const Value x = builder.input("x", {3});
  EXPECT_EQ(test::error_of([&] { add(std::vector<Value>{x}, "op"); }),
            "node 'op': add: one value alone (expected a second one, or a constant)");
  EXPECT_EQ(test::error_of([&] { sub(1.0, 2.0, "op"); }),
            "sub 'op': 2 of 2 operands are constants (expected at most one)");
}

TEST(Arithmetic, NumbersMayStandOnEitherSide) {
  Builder builder;
  const Value x = builder.input("x", {2});
  const Graph graph = builder.finish({sub(1.0, x, "left"), sub(x, 1.0, "right"), pow(2.0, x, "power")});
  const Tensor ones = at::ones({1, 2});
  const std::vector<Tensor> out = run(graph, std::vector{ones.mul(3)}).outputs;
  EXPECT_TRUE(at::allclose(out[0], ones.mul(-2)));
  EXPECT_TRUE(at::allclose(out[1], ones.mul(2)));
  EXPECT_TRUE(at::allclose(out[2], ones.mul(8)));
  for (const ConstNamedParam& entry : named_params(graph)) EXPECT_TRUE(entry.param->buffer) << entry.name;
}

/// Removes every unit that can go, one at a time, after nobody reads it. Returns how many.
int removable(const Graph& graph, const Tensor& x) {
  int count = 0;
  for (const Unit& unit : units(graph)) {
    if (unit.pinned || test::empties_an_axis(graph, unit)) continue;
    const Graph deaf = test::deafen(graph, unit);
    Graph smaller = deaf;
    remove(smaller, {unit});
    EXPECT_TRUE(at::allclose(run(deaf, x), run(smaller, x), 1e-5, 1e-5)) << count;
    ++count;
  }
  return count;
}

TEST(Arithmetic, AGateThatStandsFirstIsTiedToo) {
  test::seed_tensors(7);
  Builder builder;
  const Value x = builder.input("x", {2, 5});
  const Value gate = conv(x, "gate", {.out = 3, .kernel = 5}), body = conv(x, "body", {.out = 3, .kernel = 1});
  const Graph graph = builder.finish({conv(mul(gate, body, "op"), "after", {.out = 2, .kernel = 1})});
  EXPECT_EQ(shapes(graph)[3], Shape({1, 3, 5}));
  EXPECT_EQ(removable(graph, at::randn({2, 2, 5})), 3);
}

TEST(Arithmetic, AConstantWithAnAxisForTheBatchIsTiedByTheNext) {
  test::seed_tensors(7);
  Builder builder;
  const Value before = conv(builder.input("x", {2, 5}), "before", {.out = 3, .kernel = 1});
  const Value scaled = mul(before, at::randn({1, 3, 1}), "op");
  const Graph graph = builder.finish({conv(scaled, "after", {.out = 2, .kernel = 1})});
  EXPECT_EQ(removable(graph, at::randn({2, 2, 5})), 3);
}

TEST(Arithmetic, AConstantThatMakesTheChannelsIsTiedToThem) {
  test::seed_tensors(7);
  Builder builder;
  const Value wide = add(builder.input("x", {1, 5}), at::randn({3, 1}), "op");
  const Graph graph = builder.finish({conv(wide, "after", {.out = 2, .kernel = 1})});
  EXPECT_EQ(removable(graph, at::randn({2, 1, 5})), 3);
}

}  // namespace
}  // namespace lathe
