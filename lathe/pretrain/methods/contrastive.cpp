/// contrastive: two changed views of a window shall be alike, and unlike every other window of the batch. Views are
/// made by the tasks and the augmentations, and compared behind a projection: linear, ReLU, linear.
/// Source: SimCLR, Chen et al. 2020 (arXiv:2002.05709): NT-Xent.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <cmath>
#include <limits>

#include "lathe/graph/verify.h"
#include "lathe/pretrain/method.h"
#include "lathe/rewrite/head.h"

namespace lathe {
namespace {

/// How alike each view is to all others, [2N, 2N]: cosines; with itself it is not compared.
at::Tensor similarities(const at::Tensor& projections) {
  const at::Tensor length = at::linalg_vector_norm(projections, 2, 1, /*keepdim=*/true).clamp_min(1e-8);
  const at::Tensor unit = projections / length;
  const at::Tensor itself = at::eye(unit.size(0), unit.options().dtype(at::kBool));
  return unit.matmul(unit.t()).masked_fill(itself, -std::numeric_limits<float>::infinity());
}

/// Where each view's partner stands: views come one half after the other.
at::Tensor partners(const at::Tensor& projections) {
  const int64_t views = projections.size(0);
  return (at::arange(views, projections.options().dtype(at::kLong)) + views / 2).remainder(views);
}

class NtXent final : public Loss {
 public:
  explicit NtXent(double temperature) : temperature_(temperature) {}
  at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch&) const override {
    return at::cross_entropy_loss(similarities(outputs.at(0)) / temperature_, partners(outputs.at(0)));
  }
  double weight(const Batch& batch) const override { return static_cast<double>(batch.inputs.at(0).size(0)); }
  std::string settings() const override { return fmt::format("nt_xent T={}", temperature_); }

 private:
  double temperature_;
};

class Contrastive final : public PretextMethod {
 public:
  explicit Contrastive(const PretrainOptions& options)
      : temperature_(options.temperature), projection_(options.projection) {
    if (!(temperature_ > 0 && std::isfinite(temperature_)))
      fail_as(ExitCode::usage, "pretraining: temperature is {:g} (expected more than 0)", temperature_);
    if (projection_ < 1) fail_as(ExitCode::usage, "pretraining: projection is {} (expected at least 1)", projection_);
  }
  int64_t views() const override { return 2; }

  Graph network(const Graph& graph, const std::string& features) const override {
    const std::string node = features.empty() ? feature_node(graph) : features;
    const Shape wide = shapes(graph)[static_cast<size_t>(graph.index(node))];
    check(wide.rank() >= 2, "pretraining: node '{}' gives {} (expected [N, F])", node, wide);
    Graph network = graph;
    replace_head(network, {.features = node, .classes = projection_, .hidden = wide[1]});
    const char* names[] = {"projection.linear1", "projection.relu", "projection.linear2"};
    for (size_t i = 0; i < 3; ++i) network.nodes[network.nodes.size() - 3 + i].name = names[i];
    verify(network);
    return network;
  }
  std::shared_ptr<const Loss> loss() const override { return std::make_shared<NtXent>(temperature_); }
  std::vector<std::string> measures() const override { return {"partner"}; }
  std::vector<double> right(const std::vector<at::Tensor>& outputs, const Batch&) const override {
    return {similarities(outputs.at(0)).argmax(1).eq(partners(outputs.at(0))).sum().item<double>()};
  }
  double chance(int64_t views) const override { return 1 / static_cast<double>(views - 1); }

 private:
  double temperature_;
  int64_t projection_;
};

}  // namespace

std::unique_ptr<PretextMethod> make_contrastive(const PretrainOptions& options) {
  return std::make_unique<Contrastive>(options);
}

}  // namespace lathe
