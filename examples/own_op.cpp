/// Writes an op of one's own, Mish, and uses it like any other: shapes, a run, and the units that pruning cuts.
/// Expected: 8 units (2 input, 4 hidden, 2 output channels) of which the 4 hidden ones can go; 65 of 86 parameters are
/// left without one of them.
#include <ATen/ops/mish.h>
#include <ATen/ops/randn.h>
#include <lathe/lathe.h>

#include <iostream>

namespace {

/// x · tanh(ln(1 + e^x)), each value by itself (arXiv:1908.08681).
class Mish final : public lathe::Op {
 public:
  std::string_view kind() const override { return "mish"; }
  lathe::Shape shape(const lathe::Inputs& in) const override { return in[0]; }
  lathe::Tensor forward(std::span<const lathe::Tensor> x, const lathe::Params&, lathe::Mode) const override {
    return at::mish(x[0]);
  }
  /// Output channel i carries what input channel i carries: all that pruning needs to know.
  lathe::Ties ties(const lathe::Inputs& in) const override {
    return {{in[0][1], {lathe::input_channels(), lathe::output_channels()}}};
  }
  bool in_place() const override { return true; }
};

lathe::Value mish(lathe::Value x, std::string name) {
  return x.builder->add(std::move(name), std::make_shared<Mish>(), {x});
}

lathe::Graph small_network() {
  lathe::Builder builder;
  lathe::Value x = builder.input("signal", {2, 64});
  x = lathe::conv(x, "first", {.out = 4, .kernel = 5, .same = true});
  x = mish(x, "mish");
  x = lathe::conv(x, "second", {.out = 2, .kernel = 5, .same = true});
  return builder.finish({x});
}

}  // namespace

int main() try {
  lathe::Graph graph = small_network();
  std::cout << lathe::print(graph) << '\n';

  std::vector<lathe::Unit> free;
  for (const lathe::Unit& unit : lathe::units(graph)) {
    if (!unit.pinned) free.push_back(unit);
  }
  std::cout << lathe::units(graph).size() << " units, " << free.size() << " of them can go\n";
  lathe::remove(graph, {free.front()});  // cuts first.weight, first.bias and second.weight through the op
  std::cout << lathe::parameter_count(graph) << " parameters are left; the answer is "
            << lathe::run(graph, at::randn({8, 2, 64})).sizes() << '\n';
} catch (const lathe::Error& error) {
  std::cerr << error.what() << '\n';
  return static_cast<int>(error.code());
}
