#include "lathe/exec/run.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdlib>

#include "lathe/base/glob.h"
#include "lathe/base/text.h"
#include "lathe/graph/freeze.h"

namespace lathe {
namespace {

/// What happens at a node: nothing (it is part of a later one), its own op, or a fusion that starts from other nodes.
struct Step {
  bool skipped = false;
  std::vector<int> inputs;
  std::optional<Fusion> fusion;
};

/// True when nobody but the fused node needs what it covers.
bool is_private(const Graph& graph, const Fusion& fusion, int index, const std::vector<bool>& kept) {
  const auto inside = [&](int node) {
    return node == index || std::find(fusion.covers.begin(), fusion.covers.end(), node) != fusion.covers.end();
  };
  return std::all_of(fusion.covers.begin(), fusion.covers.end(), [&](int node) {
    const std::vector<int> readers = graph.readers(node);
    return !kept[static_cast<size_t>(node)] && std::all_of(readers.begin(), readers.end(), inside);
  });
}

std::vector<Step> plan(const Graph& graph, const std::vector<bool>& kept, bool fuse) {
  std::vector<Step> steps(graph.nodes.size());
  for (size_t i = graph.nodes.size(); i-- > 0;) {  // the last node of a pattern offers the fusion
    steps[i].inputs = graph.nodes[i].inputs;
    if (!fuse || steps[i].skipped) continue;
    auto fusion = graph.nodes[i].op->fusion(graph, static_cast<int>(i));
    if (!fusion || !is_private(graph, *fusion, static_cast<int>(i), kept)) continue;
    for (const int node : fusion->covers) steps[static_cast<size_t>(node)].skipped = true;
    steps[i].inputs = fusion->inputs;
    steps[i].fusion = std::move(fusion);
  }
  return steps;
}

/// For each node, the last node that reads it (itself where nobody does); outputs and taps stay to the end.
std::vector<size_t> last_reads(const std::vector<Step>& steps, const std::vector<bool>& kept) {
  std::vector<size_t> last(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    last[i] = i;
    if (!steps[i].skipped)
      for (const int input : steps[i].inputs) last[static_cast<size_t>(input)] = i;
  }
  for (size_t i = 0; i < last.size(); ++i)
    if (kept[i]) last[i] = steps.size();
  return last;
}

std::vector<bool> tapped(const Graph& graph, const std::vector<std::string>& globs) {
  std::vector<bool> marked(graph.nodes.size());
  for (const std::string& glob : globs) {
    bool found = false;
    for (size_t i = 0; i < graph.nodes.size(); ++i)
      if (glob_matches(glob, graph.nodes[i].name)) marked[i] = found = true;
    if (!found) graph.index(glob);  // throws the sentence with the nearest name
  }
  return marked;
}

}  // namespace

RunResult run(const Graph& graph, const std::vector<Tensor>& inputs, const RunOptions& options) {
  const std::vector<int> places = graph.inputs();
  check(inputs.size() == places.size(), "run: wrong number of inputs (expected {}, got {})", places.size(),
        inputs.size());
  const std::vector<bool> taps = tapped(graph, options.taps);
  std::vector<bool> kept = taps;
  for (const int output : graph.outputs) kept[static_cast<size_t>(output)] = true;
  const std::vector<Step> steps = plan(graph, kept, options.fuse);
  const std::vector<size_t> last = last_reads(steps, kept);

  std::vector<Tensor> values(graph.nodes.size());
  for (size_t j = 0; j < places.size(); ++j) {
    const Node& node = graph.nodes[static_cast<size_t>(places[j])];
    within(fmt::format("node '{}'", node.name), [&] {
      check(inputs[j].defined(), "no tensor was given");
      dynamic_cast<const InputOp&>(*node.op).accept(Shape(inputs[j].sizes().vec()));
    });
    values[static_cast<size_t>(places[j])] = inputs[j];
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const Step& step = steps[i];
    if (step.skipped) continue;
    if (!values[i].defined()) {
      std::vector<Tensor> mine;
      for (const int input : step.inputs) mine.push_back(values[static_cast<size_t>(input)]);
      try {
        const Mode mode{options.training && !is_frozen(node), options.stochastic};
        values[i] = step.fusion ? step.fusion->forward(mine) : node.op->forward(mine, node.params, mode);
      } catch (const c10::Error& error) {
        const std::string reason = first_line(error.what_without_backtrace());
        constexpr std::string_view kAsked = "you tried to allocate ";
        if (const size_t at = reason.find(kAsked); at != std::string::npos)
          fail_as(ExitCode::budget, "node '{}': needs {} of memory at once, more than there is; run fewer rows",
                  node.name, human_bytes(std::strtoll(reason.c_str() + at + kAsked.size(), nullptr, 10)));
        fail("node '{}': {}", node.name, reason);
      } catch (const Error& error) {
        throw error.within(fmt::format("node '{}'", node.name));
      }
    }
    for (const int input : step.inputs)
      if (last[static_cast<size_t>(input)] == i) values[static_cast<size_t>(input)].reset();
  }

  RunResult result;
  for (const int output : graph.outputs) result.outputs.push_back(values[static_cast<size_t>(output)]);
  for (size_t i = 0; i < taps.size(); ++i)
    if (taps[i]) result.taps[graph.nodes[i].name] = values[i];
  return result;
}

Tensor run(const Graph& graph, const Tensor& input) {
  check(graph.outputs.size() == 1, "run: the graph has {} outputs (expected 1)", graph.outputs.size());
  return run(graph, std::vector<Tensor>{input}).outputs[0];
}

Tensor predict(const Graph& graph, const Tensor& input, int64_t batch) {
  const at::NoGradGuard no_gradients;
  std::vector<Tensor> parts;
  for (int64_t row = 0; row < input.size(0); row += batch)
    parts.push_back(run(graph, input.narrow(0, row, std::min(batch, input.size(0) - row))));
  check(!parts.empty(), "predict: the input has no rows");
  return parts.size() == 1 ? parts[0] : at::cat(parts, 0);
}

void move_to(Graph& graph, const std::string& device) {
  const at::Device target(device);
  if (target.is_cuda() && !at::globalContext().hasCUDA())
    fail_as(ExitCode::unsupported, "device '{}' is not there (this LibTorch build or machine has no CUDA); use cpu",
            device);
  for (const NamedParam& entry : named_params(graph)) {
    const bool trains = entry.param->value.requires_grad();
    entry.param->value = entry.param->value.detach().to(target);
    entry.param->value.set_requires_grad(trains);
  }
}

}  // namespace lathe
