#include "lathe/rewrite/compact.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "lathe/base/text.h"
#include "lathe/exec/run.h"
#include "lathe/graph/groups.h"
#include "lathe/graph/verify.h"

namespace lathe {
namespace {

int64_t parameters_of(const Graph& graph) {
  int64_t count = 0;
  for (const ConstNamedParam& entry : named_params(graph))
    count += entry.param->buffer ? 0 : entry.param->value.numel();
  return count;
}

Param& param_of(Graph& graph, const Slice& slice) {
  return *graph.nodes[static_cast<size_t>(slice.node)].params.find(slice.param);
}

/// A channel as a layer behind it sees it.
struct Reader {
  Slice slice;       ///< of its weight
  double value = 0;  ///< that always comes in
};

class Compaction {
 public:
  Compaction(Graph& graph, const Removing& removing)
      : graph_(graph), removing_(removing), report_{.parameters_before = parameters_of(graph)} {}

  CompactReport run() {
    const at::NoGradGuard no_gradients;
    while (round()) {
    }
    report_.parameters_after = parameters_of(graph_);
    return report_;
  }

 private:
  Graph& graph_;
  const Removing& removing_;
  CompactReport report_;
  std::map<std::string, Tensor> seen_;  ///< what nodes say to any input, two rows

  bool round() {
    seen_.clear();
    report_.kept = 0;
    std::vector<Unit> doomed;
    std::vector<Reader> constants;
    int64_t unread_now = 0, constant_now = 0;
    for (const ChannelGroup& group : channel_groups(graph_)) {
      if (group.pinned) continue;
      int64_t left = std::ssize(group.units);
      for (const Unit& unit : group.units) {
        if (unit.pinned || !unit.exact) continue;
        const std::vector<Slice> reads = slices_of(group, unit, Role::reads);
        if (reads.empty()) continue;  // something without weights reads it
        const bool unread = all_zero(reads);
        if (!unread && !all_zero(weights_of(slices_of(group, unit, Role::writes)))) continue;
        const std::optional<std::vector<Reader>> readers = unread ? std::vector<Reader>() : readers_of(reads);
        if (left == 1 || !readers) {
          ++report_.kept;
          continue;
        }
        constants.insert(constants.end(), readers->begin(), readers->end());
        ++(unread ? unread_now : constant_now);
        --left;
        doomed.push_back(unit);
      }
    }
    if (doomed.empty()) return false;
    if (add_biases(constants)) return true;  // units hold them from now on
    for (const Reader& reader : constants) fold(reader);
    report_.unread += unread_now;
    report_.constant += constant_now;
    if (removing_) removing_(graph_, doomed);
    remove(graph_, doomed);
    return true;
  }

  static std::vector<Slice> slices_of(const ChannelGroup& group, const Unit& unit, Role role) {
    std::vector<Slice> found;
    for (const Slice& slice : unit.slices)
      if (role_of(group, {slice.node, slice.param, slice.axis}) == role) found.push_back(slice);
    return found;
  }
  /// Without biases: those do not look at the input.
  std::vector<Slice> weights_of(std::vector<Slice> slices) {
    std::erase_if(slices, [&](const Slice& slice) { return param_of(graph_, slice).value.dim() < 2; });
    return slices;
  }
  bool all_zero(const std::vector<Slice>& slices) {
    return !slices.empty() && std::all_of(slices.begin(), slices.end(), [&](const Slice& slice) {
      return !param_of(graph_, slice).value.select(slice.axis, slice.entry).any().template item<bool>();
    });
  }

  /// What a node says to noise, where nothing but noise tells rows and places apart.
  const Tensor& said_by(const std::string& name) {
    if (seen_.empty()) {
      RunOptions options;
      for (const Node& node : graph_.nodes) options.taps.push_back(node.name);
      std::vector<Tensor> inputs;
      const auto params = named_params(std::as_const(graph_));
      const at::Device device = params.empty() ? at::Device(at::kCPU) : params[0].param->value.device();
      const std::vector<Shape> all = shapes(graph_);
      for (const int input : graph_.inputs()) {
        std::vector<int64_t> sizes = all[static_cast<size_t>(input)].sizes();
        sizes[0] = 2;
        inputs.push_back(at::randn(sizes).to(device));
      }
      seen_ = lathe::run(graph_, inputs, options).taps;
    }
    return seen_.at(name);
  }

  /// What always comes in, where it can go into the layer's bias, or is 0.
  std::optional<double> value_at(const Slice& slice) {
    const Node& node = graph_.nodes[static_cast<size_t>(slice.node)];
    const Tensor& in = said_by(graph_.nodes[static_cast<size_t>(node.inputs.at(0))].name);
    const bool conv = node.op->kind() == "conv", linear = node.op->kind() == "linear";
    const Tensor& weight = node.params[slice.param];
    if ((!conv && !linear) || slice.axis != 1 || in.size(linear ? in.dim() - 1 : 1) != weight.size(1)) return {};
    const Tensor channel = in.select(linear ? in.dim() - 1 : 1, slice.entry);
    const double value = channel.flatten()[0].item<double>();
    if (!channel.eq(value).all().item<bool>()) return {};
    if (value == 0 || linear) return value;
    const Attributes attributes = node.op->attributes();
    const std::vector<int64_t>& padding = attributes.list("padding");
    const bool padded = std::any_of(padding.begin(), padding.end(), [](int64_t size) { return size > 0; });
    if (padded && attributes.word("padding_mode") != "circular") return {};  // less comes in at the edges
    return value;
  }

  /// What a constant channel says to all that read it; nothing where one of them cannot take it into its bias.
  std::optional<std::vector<Reader>> readers_of(const std::vector<Slice>& reads) {
    std::vector<Reader> readers;
    for (const Slice& slice : reads) {
      const std::optional<double> value = value_at(slice);
      if (!value) return {};
      if (*value != 0) readers.push_back({slice, *value});
    }
    return readers;
  }

  /// Zeros, where a layer that is to take a constant has none. @return whether there were such layers
  bool add_biases(const std::vector<Reader>& readers) {
    bool added = false;
    for (const Reader& reader : readers) {
      Params& params = graph_.nodes[static_cast<size_t>(reader.slice.node)].params;
      if (params.has("bias")) continue;
      const Tensor weight = params[reader.slice.param];
      params.add({"bias", at::zeros({weight.size(0)}, weight.options().requires_grad(false))});
      params.find("bias")->value.set_requires_grad(weight.requires_grad());
      added = true;
    }
    return added;
  }

  void fold(const Reader& reader) {
    const Params& params = graph_.nodes[static_cast<size_t>(reader.slice.node)].params;
    const Tensor weight = params[reader.slice.param].detach();
    const Tensor column = weight.select(1, reader.slice.entry).reshape({weight.size(0), -1}).to(at::kDouble).sum(1);
    Tensor bias = params["bias"].detach();
    bias.copy_(bias.to(at::kDouble).add(column, reader.value));
  }
};

}  // namespace

CompactReport compact(Graph& graph, const Removing& removing) {
  Graph edited = clone(graph);
  const CompactReport report = Compaction(edited, removing).run();
  graph = std::move(edited);
  return report;
}

std::string sentence(const CompactReport& report) {
  std::string text =
      fmt::format("took out {} channel{} that nobody read and {} that were constant: {} parameters {}", report.unread,
                  report.unread == 1 ? "" : "s", report.constant, with_commas(report.parameters_before),
                  report.parameters_after == report.parameters_before
                      ? "stay"
                      : fmt::format("became {}", with_commas(report.parameters_after)));
  if (report.kept > 0) text += fmt::format("; {} more are dead but needed where they are", report.kept);
  return text;
}

}  // namespace lathe
