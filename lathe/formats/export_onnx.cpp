#include "lathe/formats/export_onnx.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randn.h>

#include <algorithm>
#include <limits>
#include <set>

#include "lathe/base/text.h"
#include "lathe/base/version.h"
#include "lathe/exec/run.h"
#include "lathe/formats/import_onnx.h"
#include "lathe/formats/preprocessing_json.h"
#include "lathe/graph/onnx_form.h"

namespace lathe {
namespace {

OnnxValue value_of(std::string name, const Shape& shape) {
  OnnxValue value{std::move(name), OnnxType::float32, true, {{-1, "batch"}}};
  for (size_t axis = 1; axis < shape.rank(); ++axis) value.shape.push_back({shape[axis], ""});
  return value;
}

/// What the outputs are called: as in the file that the model came from, or else after their nodes.
std::vector<std::string> output_names(const Model& model) {
  std::vector<std::string> names;
  for (const int node : model.graph.outputs) names.push_back(model.graph.nodes[static_cast<size_t>(node)].name);
  const auto note = model.notes.find("onnx.outputs");
  if (note == model.notes.end()) return names;
  const std::vector<std::string> wanted = split(note->second, ',');
  const bool taken = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    return name.empty() || std::count(wanted.begin(), wanted.end(), name) > 1 ||
           std::any_of(model.graph.nodes.begin(), model.graph.nodes.end(),
                       [&](const Node& node) { return node.name == name; });
  });
  return wanted.size() == names.size() && !taken ? wanted : names;
}

/// @param reserved  names that no helper of a node may take
void write_nodes(const Graph& graph, const std::vector<Shape>& shapes, const std::vector<std::string>& reserved,
                 OnnxModel& file) {
  std::vector<std::string> refused;
  std::set<std::string> taken(reserved.begin(), reserved.end());
  for (const Node& node : graph.nodes) taken.insert(node.name);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (dynamic_cast<const InputOp*>(node.op.get()) != nullptr) {
      file.inputs.push_back(value_of(node.name, shapes[i]));
      continue;
    }
    std::vector<std::string> inputs;
    std::vector<Shape> input_shapes;
    for (const int input : node.inputs) {
      inputs.push_back(graph.nodes[static_cast<size_t>(input)].name);
      input_shapes.push_back(shapes[static_cast<size_t>(input)]);
    }
    OnnxWriter writer(file, node, std::move(inputs), std::move(input_shapes), shapes[i], taken);
    try {
      node.op->write_onnx(writer);
    } catch (const Error& error) {
      if (error.code() != ExitCode::unsupported) throw error.within("node '" + node.name + "'");
      refused.push_back(fmt::format("node '{}': {}", node.name, error.what()));
    }
  }
  if (!refused.empty()) fail_as(ExitCode::unsupported, "{}", join(refused, "\n  "));
}

/// Gives node `from`'s value the name of an output. An output that is an input, or is there twice, goes through an
/// Identity.
void name_output(const std::string& from, const std::string& to, OnnxModel& file) {
  const bool plain =
      std::none_of(file.inputs.begin(), file.inputs.end(), [&](const OnnxValue& v) { return v.name == from; }) &&
      std::none_of(file.outputs.begin(), file.outputs.end(), [&](const OnnxValue& v) { return v.name == from; });
  if (plain && from == to) return;
  if (!plain) {
    file.nodes.push_back({to + ".output", "Identity", {from}, {to}, {}, {}, {}});
    return;
  }
  for (OnnxNode& node : file.nodes) {
    for (std::string& name : node.inputs)
      if (name == from) name = to;
    for (std::string& name : node.outputs)
      if (name == from) name = to;
  }
}

/// The largest difference over the largest value; infinite where one is not finite and the other is something else.
double relative_difference(const Tensor& mine, const Tensor& other) {
  const Tensor finite = mine.isfinite().logical_and(other.isfinite());
  const Tensor same = mine.eq(other).logical_or(mine.isnan().logical_and(other.isnan()));
  if (!finite.logical_or(same).all().item().toBool()) return std::numeric_limits<double>::infinity();
  check(finite.any().item().toBool(),
        "the model gives no finite number on noise, so its ONNX form cannot be compared; not written");
  const Tensor values = mine.masked_fill(finite.logical_not(), 0), others = other.masked_fill(finite.logical_not(), 0);
  const double scale = std::max(1e-12, values.abs().max().item().toDouble());
  return values.sub(others).abs().max().item().toDouble() / scale;
}

}  // namespace

OnnxModel to_onnx(const Model& model) {
  OnnxModel file;
  file.producer = "lathe " + std::string(kVersion);
  file.name = model.name.empty() ? "lathe" : model.name;
  if (model.preprocessing != Preprocessing{})
    file.metadata["lathe.preprocessing"] = preprocessing_to_json(model.preprocessing);
  const std::vector<Shape> sizes = shapes(model.graph);
  const std::vector<std::string> names = output_names(model);
  write_nodes(model.graph, sizes, names, file);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto node = static_cast<size_t>(model.graph.outputs[i]);
    std::string name = names[i];
    while (std::any_of(file.outputs.begin(), file.outputs.end(), [&](const OnnxValue& v) { return v.name == name; }) ||
           std::any_of(file.inputs.begin(), file.inputs.end(), [&](const OnnxValue& v) { return v.name == name; }))
      name += "_";
    name_output(model.graph.nodes[node].name, name, file);
    file.outputs.push_back(value_of(name, sizes[node]));
  }
  return file;
}

double export_onnx(const std::filesystem::path& path, const Model& model) {
  const OnnxModel file = within(path.string(), [&] { return to_onnx(model); });
  const double difference = within(path.string(), [&] {
    const Model back = import_onnx(parse_onnx(onnx_bytes(file), {}, "what was written"));
    const at::Generator generator = at::detail::createCPUGenerator(17);
    std::vector<Tensor> x;
    for (const int place : model.graph.inputs()) {
      std::vector<int64_t> sizes = shapes(model.graph)[static_cast<size_t>(place)].sizes();
      sizes[0] = 2;
      x.push_back(at::randn(sizes, generator, at::kFloat));
    }
    const std::vector<Tensor> mine = run(model.graph, x).outputs, theirs = run(back.graph, x).outputs;
    double largest = 0;
    for (size_t i = 0; i < mine.size(); ++i) {
      largest = std::max(largest, relative_difference(mine[i], theirs.at(i)));
    }
    return largest;
  });
  if (!(difference <= 1e-4))
    fail_as(ExitCode::bug,
            "{}: the ONNX form gives other numbers than the model (largest difference {:.3g}); not written",
            path.string(), difference);
  write_onnx(path, file);
  return difference;
}

}  // namespace lathe
