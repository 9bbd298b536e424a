#include "lathe/formats/graph_json.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/graph/verify.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

using Json = nlohmann::json;
constexpr int64_t kVersion = 1;

struct ToJson {
  Json operator()(double value) const {
    check(std::isfinite(value), "an attribute is {}, which JSON cannot hold", value);
    return value;
  }
  template <class T>
  Json operator()(const T& value) const {
    return value;
  }
};

Json attributes_to_json(const Attributes& attributes) {
  Json json = Json::object();
  for (const auto& [name, value] : attributes.values()) json[name] = std::visit(ToJson{}, value);
  return json;
}

/// `key` of `json`, of the wanted kind. @throws Error that names what is missing
const Json& member(const Json& json, const char* key, Json::value_t kind, std::string_view kind_name) {
  const auto found = json.find(key);
  check(found != json.end(), "'{}' is missing (expected {})", key, kind_name);
  check(found->type() == kind, "'{}' is {} (expected {})", key, found->type_name(), kind_name);
  return *found;
}
std::string text(const Json& json, const char* key) {
  return member(json, key, Json::value_t::string, "text").get<std::string>();
}
const Json& list(const Json& json, const char* key) {
  return member(json, key, Json::value_t::array, "a list");
}
bool flag(const Json& json, const char* key) {
  return member(json, key, Json::value_t::boolean, "true or false").get<bool>();
}
const Json& object(const Json& json, std::string_view what) {
  check(json.is_object(), "{} is {} (expected an object)", what, json.type_name());
  return json;
}

int64_t whole(const Json& json, std::string_view name) {
  const bool fits = json.is_number_integer() && !(json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX);
  check(fits, "attribute '{}': {} is not a whole number of 64 bits", name, json.dump());
  return json.get<int64_t>();
}

Attributes::Value attribute_from_json(const std::string& name, const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_number()) return whole(json, name);
  if (json.is_string()) return json.get<std::string>();
  check(json.is_array(), "attribute '{}' is {} (expected a number, text, true, false or a list)", name,
        json.type_name());
  std::vector<int64_t> values;
  for (const Json& value : json) values.push_back(whole(value, name));
  return values;
}

OpPtr make_op(const Json& node) {
  const std::string kind = text(node, "op");
  const OpEntry* entry = ops().find(kind);
  if (entry == nullptr) throw Error(unknown_name("op", kind, ops().names()), ExitCode::unsupported);
  Attributes given;
  const Json& attributes = member(node, "attributes", Json::value_t::object, "an object");
  for (const auto& item : attributes.items()) given.set(item.key(), attribute_from_json(item.key(), item.value()));
  OpPtr op = entry->make(given);
  std::vector<std::string> known;
  const Attributes settings = op->attributes();
  for (const auto& [name, value] : settings.values()) known.push_back(name);
  for (const auto& [name, value] : given.values())
    check(std::find(known.begin(), known.end(), name) != known.end(), "{}", unknown_name("attribute", name, known));
  return op;
}

std::vector<int> places(const Graph& graph, const Json& names) {
  std::vector<int> found;
  for (const Json& name : names) {
    check(name.is_string(), "an input is {} (expected the name of a node)", name.type_name());
    size_t place = 0;
    while (place < graph.nodes.size() && graph.nodes[place].name != name.get_ref<const std::string&>()) ++place;
    check(place < graph.nodes.size(), "'{}' is not a node before it", name.get<std::string>());
    found.push_back(static_cast<int>(place));
  }
  return found;
}

/// Takes tensors out of a file by name and remembers what was asked for in vain and what was never asked for.
class Taker {
 public:
  explicit Taker(const TensorFile& file) {
    for (const auto& [name, tensor] : file.tensors) left_[name] = tensor;
  }
  at::Tensor take(const std::string& name) {
    const auto found = left_.find(name);
    if (found == left_.end()) {
      missing_.push_back(name);
      return {};
    }
    at::Tensor tensor = found->second;
    left_.erase(found);
    return tensor;
  }
  void finish() const {
    std::vector<std::string> complaints;
    if (!missing_.empty()) complaints.push_back("missing " + join(missing_));
    std::vector<std::string> extra;
    for (const auto& [name, tensor] : left_) extra.push_back(name);
    if (!extra.empty()) complaints.push_back("unexpected " + join(extra));
    check(complaints.empty(), "the tensors do not match the graph: {}", join(complaints, "; "));
  }

 private:
  std::map<std::string, at::Tensor> left_;
  std::vector<std::string> missing_;
};

Params take_params(const Json& described, const std::string& node, Taker& tensors) {
  Params params;
  for (const Json& json : described) {
    const std::string name = text(object(json, "a parameter"), "name");
    check(params.find(name) == nullptr, "parameter '{}' is given twice", name);
    Param param{name, tensors.take(node + "." + name), flag(json, "buffer")};
    const bool trains = flag(json, "trainable");
    check(!trains || !param.value.defined() || param.value.is_floating_point(),
          "parameter '{}' is to be trained but holds whole numbers", name);
    if (param.value.defined()) param.value = param.value.detach().set_requires_grad(trains);
    params.add(std::move(param));
  }
  return params;
}

Graph build(const Json& json, Taker& tensors) {
  Graph graph;
  for (const Json& node : list(json, "nodes")) {
    const std::string name = text(object(node, "a node"), "name");
    within(fmt::format("node '{}'", name), [&] {
      Node made{name, make_op(node), places(graph, list(node, "inputs")), {}};
      made.params = take_params(list(node, "params"), name, tensors);
      graph.nodes.push_back(std::move(made));
    });
  }
  within("outputs", [&] { graph.outputs = places(graph, list(json, "outputs")); });
  return graph;
}

}  // namespace

Json graph_to_json(const Graph& graph) {
  Json nodes = Json::array(), outputs = Json::array();
  for (const Node& node : graph.nodes) {
    Json inputs = Json::array(), params = Json::array();
    for (const int input : node.inputs) inputs.push_back(graph.nodes[static_cast<size_t>(input)].name);
    for (const Param& param : node.params)
      params.push_back({{"name", param.name}, {"buffer", param.buffer}, {"trainable", param.value.requires_grad()}});
    Json attributes = within("node '" + node.name + "'", [&] { return attributes_to_json(node.op->attributes()); });
    nodes.push_back({{"name", node.name},
                     {"op", node.op->kind()},
                     {"attributes", std::move(attributes)},
                     {"inputs", std::move(inputs)},
                     {"params", std::move(params)}});
  }
  for (const int output : graph.outputs) outputs.push_back(graph.nodes[static_cast<size_t>(output)].name);
  return {{"version", kVersion}, {"nodes", std::move(nodes)}, {"outputs", std::move(outputs)}};
}

TensorFile graph_tensors(const Graph& graph) {
  TensorFile file;
  for (const ConstNamedParam& entry : named_params(graph)) file.tensors.emplace_back(entry.name, entry.param->value);
  return file;
}

Graph graph_from_json(const Json& json, const TensorFile& tensors) {
  object(json, "the graph");
  const auto version = json.find("version");
  check(version != json.end() && version->is_number_unsigned(), "the graph has no version");
  check(version->get<uint64_t>() == kVersion, "the graph is of version {}, but this lathe reads version {}{}",
        version->dump(), kVersion, version->get<uint64_t>() > kVersion ? "; a newer lathe wrote it" : "");
  Taker taker(tensors);
  try {
    Graph graph = build(json, taker);
    taker.finish();
    verify(graph);
    return graph;
  } catch (const c10::Error& error) {  // tensors that no op expects, such as a weight without axes
    fail("the tensors do not fit the graph ({})", error.what_without_backtrace());
  }
}

}  // namespace lathe
