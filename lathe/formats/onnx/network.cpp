#include "lathe/formats/onnx/network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <set>

#include "lathe/base/errors.h"
#include "lathe/graph/onnx_form.h"

namespace lathe {
namespace {

/// Which node gives each name; -1: an input or a constant.
std::map<std::string, int> givers(const OnnxModel& model) {
  std::map<std::string, int> givers;
  for (const OnnxTensor& constant : model.constants)
    check(givers.emplace(constant.name, -1).second, "constant '{}' is there twice", constant.name);
  for (const OnnxValue& input : model.inputs)
    check(givers.emplace(input.name, -1).second, "input '{}' is there twice", input.name);
  for (size_t i = 0; i < model.nodes.size(); ++i)
    for (const std::string& output : model.nodes[i].outputs)  // labels may be long: made only for the sentence
      if (!output.empty() && !givers.emplace(output, static_cast<int>(i)).second)
        fail("node {}: '{}' is given a second time", model.nodes[i].label(), output);
  return givers;
}

}  // namespace

void sort_nodes(OnnxModel& model) {
  const std::map<std::string, int> from = givers(model);
  const size_t count = model.nodes.size();
  std::vector<int> state(count, 0);  // 1: on the way to it, 2: done
  std::vector<size_t> order;
  const auto giver = [&](const std::string& name, const OnnxNode* reader) {
    const auto found = from.find(name);
    if (found == from.end())
      fail("{} reads '{}', which nothing gives", reader == nullptr ? "the graph's output" : "node " + reader->label(),
           name);
    return found->second;
  };
  // Depth first without recursion: a chain may be as long as the file.
  const auto visit = [&](int root) {
    std::vector<std::pair<size_t, size_t>> path = {{static_cast<size_t>(root), 0}};
    while (!path.empty()) {
      const size_t node = path.back().first, next = path.back().second++;
      state[node] = 1;
      if (next == model.nodes[node].inputs.size()) {
        state[node] = 2;
        order.push_back(node);
        path.pop_back();
        continue;
      }
      const std::string& name = model.nodes[node].inputs[next];
      const int before = name.empty() ? -1 : giver(name, &model.nodes[node]);
      if (before < 0 || state[static_cast<size_t>(before)] == 2) continue;
      if (state[static_cast<size_t>(before)] != 0)
        fail("node {} depends on itself: the nodes form a cycle", model.nodes[static_cast<size_t>(before)].label());
      path.emplace_back(static_cast<size_t>(before), 0);
    }
  };
  check(!model.outputs.empty(), "the graph has no outputs");
  for (const OnnxValue& output : model.outputs) {
    const int node = giver(output.name, nullptr);
    if (node >= 0 && state[static_cast<size_t>(node)] == 0) visit(node);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return a < b; });
  std::vector<OnnxNode> sorted;
  // The file's own order where that is one already: readers expect to find the nodes as they wrote them.
  std::set<std::string> given;
  bool in_order = true;
  for (const size_t node : order) {
    for (const std::string& input : model.nodes[node].inputs)
      in_order = in_order && (input.empty() || from.at(input) < 0 || given.count(input) > 0);
    given.insert(model.nodes[node].outputs.begin(), model.nodes[node].outputs.end());
  }
  if (!in_order) {
    order.clear();
    std::fill(state.begin(), state.end(), 0);
    for (const OnnxValue& output : model.outputs)
      if (const int node = from.at(output.name); node >= 0 && state[static_cast<size_t>(node)] == 0) visit(node);
  }
  for (const size_t node : order) sorted.push_back(std::move(model.nodes[node]));
  model.nodes = std::move(sorted);
}

OnnxNetwork::OnnxNetwork(OnnxModel& from) : model(from) {
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    for (const std::string& name : model.nodes[i].outputs)
      if (!name.empty()) givers_[name] = i;
    for (const std::string& name : model.nodes[i].inputs) ++readers_[name];
  }
  for (const OnnxValue& output : model.outputs) ++readers_[output.name];
  for (size_t i = 0; i < model.constants.size(); ++i) constants_[model.constants[i].name] = i;
}

int OnnxNetwork::readers(const std::string& name) const {
  const auto found = readers_.find(name);
  return found == readers_.end() ? 0 : found->second;
}

const OnnxNode* OnnxNetwork::giver(const std::string& name, std::string_view type, bool alone) const {
  const auto found = givers_.find(name);
  if (found == givers_.end() || (alone && readers(name) != 1)) return nullptr;
  const OnnxNode& node = model.nodes[found->second];
  return node.type == type && node.domain.empty() ? &node : nullptr;
}

const OnnxTensor* OnnxNetwork::constant(const std::string& name) const {
  if (const auto found = constants_.find(name); found != constants_.end()) return &model.constants[found->second];
  const OnnxNode* node = giver(name, "Constant", false);
  return node == nullptr ? nullptr : node->find<OnnxTensor>("value");
}

/// What a cast to real numbers is given, or "" where it is another node: exporters cast the bounds of Clip.
static std::string before_cast(const OnnxNetwork& network, const std::string& name) {
  if (const OnnxNode* like = network.giver(name, "CastLike", false))  // values that flow are real
    return network.constant(like->input(1)) == nullptr ? like->input(0) : "";
  const OnnxNode* cast = network.giver(name, "Cast", false);
  if (cast == nullptr) return "";
  const auto* to = cast->find<int64_t>("to");
  return to != nullptr && *to == static_cast<int64_t>(OnnxType::float32) ? cast->input(0) : "";
}

std::optional<double> OnnxNetwork::number(const std::string& name) const {
  const OnnxTensor* tensor = constant(name);
  if (tensor == nullptr) tensor = constant(before_cast(*this, name));
  if (tensor == nullptr || tensor->dims.size() > 1 || tensor->count() != 1 || tensor->type == OnnxType::text)
    return std::nullopt;
  return tensor_of(*tensor).item().toDouble();
}

std::optional<std::vector<int64_t>> OnnxNetwork::integers(const std::string& name) const {
  const OnnxTensor* tensor = constant(name);
  if (tensor == nullptr || (tensor->type != OnnxType::int64 && tensor->type != OnnxType::int32)) return std::nullopt;
  const Tensor flat = tensor_of(*tensor).to(at::kLong).flatten().contiguous();
  return std::vector<int64_t>(flat.const_data_ptr<int64_t>(), flat.const_data_ptr<int64_t>() + flat.numel());
}

std::string OnnxNetwork::add_constant(const std::string& near, const std::vector<int64_t>& values) {
  std::string name = near + ".constant";
  while (constants_.count(name) > 0 || givers_.count(name) > 0) name += "_";
  std::string data(values.size() * sizeof(int64_t), '\0');
  std::memcpy(data.data(), values.data(), data.size());
  constants_[name] = model.constants.size();
  model.constants.push_back({name, OnnxType::int64, {static_cast<int64_t>(values.size())}, std::move(data)});
  return name;
}

}  // namespace lathe
