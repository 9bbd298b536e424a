#include "lathe/sparsify/density.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "lathe/base/glob.h"
#include "lathe/base/text.h"

namespace lathe {
namespace {

double everywhere_the_same(const SparseLayer&) {
  return 1;
}
double erdos_renyi(const SparseLayer& layer) {
  const auto out = static_cast<double>(layer.sizes[0]), in = static_cast<double>(layer.sizes[1]);
  return (in + out) / (in * out);
}
double erdos_renyi_kernel(const SparseLayer& layer) {
  double sum = 0, product = 1;
  for (const int64_t size : layer.sizes) {
    sum += static_cast<double>(size);
    product *= static_cast<double>(size);
  }
  return sum / product;
}

/// Densities with one common factor, so that they come to `wanted` connections; layers that pass 1 are dense, and the
/// factor of the others grows.
std::vector<double> densities(const std::vector<SparseLayer>& layers, double wanted, const Distribution& distribution) {
  std::vector<double> density(layers.size(), -1);
  for (bool settled = false; !settled;) {
    double left = wanted, weights = 0;
    for (size_t i = 0; i < layers.size(); ++i) {
      if (density[i] == 1)
        left -= static_cast<double>(layers[i].size());
      else
        weights += distribution.relative(layers[i]) * static_cast<double>(layers[i].size());
    }
    settled = true;
    for (size_t i = 0; i < layers.size(); ++i) {
      if (density[i] == 1) continue;
      density[i] = distribution.relative(layers[i]) * left / weights;
      if (density[i] <= 1) continue;
      density[i] = 1;
      settled = false;
    }
  }
  return density;
}

}  // namespace

int64_t SparseLayer::size() const {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
}

std::vector<SparseLayer> sparse_layers(const Graph& graph, const std::vector<std::string>& globs) {
  std::vector<SparseLayer> layers;
  std::vector<std::string> known;
  std::vector<bool> used(globs.size());
  for (const ConstNamedParam& entry : named_params(graph)) {
    const Param& param = *entry.param;
    if (param.buffer || param.value.dim() < 2 || !param.value.requires_grad()) continue;
    known.push_back(entry.name);
    bool wanted = false;
    for (size_t i = 0; i < globs.size(); ++i)
      if (glob_matches(globs[i], entry.name) ||
          glob_matches(globs[i], graph.nodes[static_cast<size_t>(entry.node)].name))
        wanted = used[i] = true;
    if (wanted) layers.push_back({entry.node, entry.name, param.value.sizes().vec()});
  }
  check(!known.empty(), "sparsify: the network has no weights of two or more axes that train");
  for (size_t i = 0; i < globs.size(); ++i)
    if (!used[i]) throw Error("sparsify: " + unknown_name("weight", globs[i], known), ExitCode::usage);
  return layers;
}

const Registry<Distribution>& distributions() {
  static const Distribution entries[] = {
      {"erdos_renyi", "layers with few inputs and outputs are denser", erdos_renyi},
      {"erk", "erdos_renyi, with the sizes of kernels counted too", erdos_renyi_kernel},
      {"uniform", "the same density in every layer", everywhere_the_same},
  };
  static const Registry<Distribution> registry("distribution", entries);
  return registry;
}

std::vector<int64_t> active_counts(const std::vector<SparseLayer>& layers, double density,
                                   std::string_view distribution) {
  if (!(density > 0 && density <= 1))
    fail_as(ExitCode::usage, "density is {} (expected above 0 and at most 1)", density);
  double all = 0;
  for (const SparseLayer& layer : layers) all += static_cast<double>(layer.size());
  const std::vector<double> each = densities(layers, density * all, distributions().at(distribution));
  std::vector<int64_t> counts;
  double least = 0;  // that leaves every layer half a connection, which is rounded up
  for (size_t i = 0; i < layers.size(); ++i) {
    const double wanted = each[i] * static_cast<double>(layers[i].size());
    counts.push_back(std::min<int64_t>(layers[i].size(), std::llround(wanted)));
    least = std::max(least, density * 0.5 / wanted);
  }
  const auto empty = std::find(counts.begin(), counts.end(), 0);
  if (empty != counts.end()) {
    const SparseLayer& layer = layers[static_cast<size_t>(empty - counts.begin())];
    const double digits = std::pow(10, 1 - std::floor(std::log10(least)));  // two of them, rounded up
    fail(
        "sparsify: density {:g} leaves '{}' without connections ({:.2g} of {}); {:.2g} with '{}' leaves every layer "
        "one",
        density, layer.name, each[static_cast<size_t>(empty - counts.begin())] * static_cast<double>(layer.size()),
        layer.size(), std::ceil(least * digits) / digits, distribution);
  }
  return counts;
}

}  // namespace lathe
