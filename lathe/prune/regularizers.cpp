/// The table of regularisers: one line an entry. And what those share that go by channels.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "lathe/prune/regularizer.h"
#include "lathe/prune/rows.h"

namespace lathe {

std::unique_ptr<Regularizer> make_batch_norm_scale(const RegularizerOptions& options);
std::unique_ptr<Regularizer> make_group_lasso(const RegularizerOptions& options);
std::unique_ptr<Regularizer> make_growing(const RegularizerOptions& options);

const Registry<RegularizerEntry>& regularizers() {
  static const RegularizerEntry entries[] = {
      {"batch_norm_scale", "L1 on the batch norms' scales (network slimming)", "", make_batch_norm_scale},
      {"group_lasso", "holds down all weights of a channel together, the least important most", "spread",
       make_group_lasso},
      {"growing", "a pull on each channel that grows, faster the less important it is", "growth every", make_growing},
  };
  static const Registry<RegularizerEntry> registry("regularizer", entries);
  return registry;
}

std::unique_ptr<Regularizer> make_regularizer(const RegularizerOptions& options) {
  const RegularizerEntry& entry = regularizers().at(options.kind);
  const auto in_range = [](std::string_view name, double value, double least) {
    if (!(value >= least)) fail_as(ExitCode::usage, "{} is {} (expected at least {})", name, value, least);
  };
  in_range("strength", options.strength, 0);
  in_range("spread", options.spread, 1);
  in_range("growth", options.growth, 0);
  in_range("every", static_cast<double>(options.every), 1);
  return entry.make(options);
}

void RegularizedGroups::begin(const Graph& graph) {
  groups_.clear();
  held_.clear();
  for (ChannelGroup& group : channel_groups(graph)) {
    if (group.pinned || group.units.size() < 2) continue;
    std::vector<Held> held;
    for (const Cut& cut : group.cuts) {
      const Param& param = *graph.nodes[static_cast<size_t>(cut.node)].params.find(cut.param);
      if (!is_weight(graph, cut) || !param.value.requires_grad()) continue;
      std::vector<int64_t> unit_of(static_cast<size_t>(param.value.size(cut.axis)), std::ssize(group.units));
      for (size_t unit = 0; unit < group.units.size(); ++unit)
        for (const int64_t entry : entries_of(group.units[unit], cut))
          unit_of[static_cast<size_t>(entry)] = static_cast<int64_t>(unit);
      held.push_back({cut, at::tensor(unit_of).to(param.value.device())});
    }
    if (held.empty()) continue;
    groups_.push_back(std::move(group));
    held_.push_back(std::move(held));
  }
  check(!groups_.empty(), "regularizer '{}': no channel of the network can be removed, so there is none to hold down",
        options_.kind);
}

std::string RegularizedGroups::settings() const {
  return fmt::format("{} strength={} spread={} growth={} every={}", options_.kind, options_.strength, options_.spread,
                     options_.growth, options_.every);
}

Tensor RegularizedGroups::importance(const Graph& graph, size_t group) const {
  const int64_t channels = std::ssize(groups_[group].units);
  Tensor sums = at::zeros({channels + 1}, at::kDouble).to(held_[group][0].unit_of.device());
  for (const Held& held : held_[group]) {
    const Tensor& weight = graph.nodes[static_cast<size_t>(held.cut.node)].params[held.cut.param];
    const Tensor rows = weight.detach().movedim(held.cut.axis, 0).reshape({weight.size(held.cut.axis), -1});
    sums.index_add_(0, held.unit_of, rows.square().sum(1, false, at::kDouble));
  }
  return sums.slice(0, 0, channels);
}

void RegularizedGroups::pull_down(Graph& graph, size_t group, const Tensor& pull) const {
  const at::NoGradGuard no_gradients;
  const Tensor of_unit = at::cat({pull, at::zeros({1}, pull.options())});  // the last: entries of other groups
  for (const Held& held : held_[group]) {
    Param& param = *graph.nodes[static_cast<size_t>(held.cut.node)].params.find(held.cut.param);
    if (!param.value.grad().defined()) continue;
    std::vector<int64_t> along(static_cast<size_t>(param.value.dim()), 1);
    along[static_cast<size_t>(held.cut.axis)] = -1;
    const Tensor factor = of_unit.index_select(0, held.unit_of).to(param.value.scalar_type()).view(along);
    param.value.mutable_grad().addcmul_(param.value.detach(), factor);
  }
}

}  // namespace lathe
