#include "lathe/recipe/model_section.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "lathe/base/text.h"
#include "lathe/formats/load_weights.h"
#include "lathe/formats/read_weights.h"
#include "lathe/models/fresh_weights.h"
#include "lathe/models/model_registry.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/toml.h"
#include "lathe/recipe/unused_keys.h"
#include "lathe/rewrite/head.h"

namespace lathe {
namespace {

/// The name alone of "head.bias (expected Float [2], got Float [4])".
std::string name_of(const std::string& misshapen) {
  return misshapen.substr(0, misshapen.find(' '));
}

/// Whether the parameter belongs to one of the nodes.
bool is_of(const std::string& param, const std::vector<std::string>& nodes) {
  return std::find(nodes.begin(), nodes.end(), param.substr(0, param.rfind('.'))) != nodes.end();
}

/// Nodes whose weights need not be in a file; none where no classifier ends the network.
std::vector<std::string> classifier_of(const Graph& graph) {
  try {
    return head_nodes(graph);
  } catch (const Error&) {
    return {};
  }
}

/// Puts a file of weights into the network; only the classifier may keep what it was born with.
std::string take_weights(Graph& graph, const TensorFile& file) {
  const LoadedWeights report = load_weights(graph, file, {.names = {}, .strict = false});
  std::vector<std::string> fresh = report.missing;
  for (const std::string& one : report.misshapen) fresh.push_back(name_of(one));
  if (!fresh.empty()) {
    const std::vector<std::string> head = classifier_of(graph);
    std::vector<std::string> wrong;
    for (const std::string& name : report.missing)
      if (!is_of(name, head)) wrong.push_back("missing " + name);
    for (const std::string& one : report.misshapen)
      if (!is_of(name_of(one), head)) wrong.push_back("misshapen " + one);
    check(wrong.empty(), "the weights do not fit the network in front of its classifier: {}{}",
          wrong.empty() ? "" : wrong[0], wrong.size() > 1 ? fmt::format(", and {} more", wrong.size() - 1) : "");
  }
  const size_t all = report.loaded.size() + fresh.size();
  return fmt::format("{} of {} tensors loaded{}{}{}{}", report.loaded.size(), all,
                     fresh.empty() ? "" : "; fresh: ", join(fresh),
                     report.unexpected.empty() ? "" : "; not in this network: ", join(report.unexpected));
}

/// The weights of `settings`, to be put into every network that is built. Fills in the note.
std::function<void(Graph&)> weights_of(const Settings& settings, const Graph& graph, std::string& note) {
  if (!settings.has("weights")) return [](Graph&) {};
  const std::string path = settings.word("weights");
  try {
    const auto file = std::make_shared<const TensorFile>(read_weights(path));
    Graph trial = graph;
    note = path + ": " + take_weights(trial, *file);
    return [file](Graph& network) { take_weights(network, *file); };
  } catch (const Error& error) {
    const std::string sentence = error.what();
    throw Error(
        fmt::format("{}: {}{}", settings.origin("weights"), sentence.starts_with(path) ? "" : path + ": ", sentence),
        error.code());
  }
}

ModelSection by_name(const Settings& settings) {
  const std::string name = settings.word("name");
  const ModelEntry* entry = models().find(name);
  if (entry == nullptr)
    throw settings_error(settings.origin("name"), unknown_name(models().noun(), name, models().names()));
  ModelSection section;
  section.name = name;
  section.task = entry->task;
  section.settings = without(without(settings, "name"), "weights");
  section.known_settings = entry->settings;
  section.anew = [name, own = section.settings] { return build_model(name, own); };
  section.build = [anew = section.anew, take = weights_of(settings, section.anew(), section.note)] {
    Graph graph = anew();  // refuses settings that it does not know
    take(graph);
    return graph;
  };
  for (const auto& each : settings.entries()) settings.has(each.first);
  return section;
}

HeadOptions head_options(const Settings& settings) {
  HeadOptions options;
  options.classes = settings.count("classes", {}, 2);
  if (settings.has("hidden")) options.hidden = settings.count("hidden", {}, 0);
  options.features = settings.word("features", "");
  settings.refuse_unknown();
  return options;
}

/// Gives the file's network another classifier, whose classes the data will name.
void take_head(const Settings& settings, Model& model) {
  const Settings& head = settings.table("head");
  const HeadOptions options = head_options(head);
  try {
    replace_head(model.graph, options);
  } catch (const Error& error) {
    throw settings_error(settings.origin("head"), error.what());
  }
  model.preprocessing.class_names.clear();
  model.preprocessing.task = "classification";
}

ModelSection by_file(const Settings& settings) {
  const std::string path = settings.word("file");
  if (settings.has("name"))
    throw settings_error(settings.origin("name"), "'name' has no effect beside 'file', which brings its own network");
  auto model = std::make_shared<Model>();
  try {
    *model = open_model(path);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", settings.origin("file"), error.what()), error.code());
  }
  ModelSection section;
  section.from_file = true;
  section.new_head = settings.has("head");
  if (section.new_head) take_head(settings, *model);
  section.name = model->name.empty() ? std::filesystem::path(path).stem().string() : model->name;
  section.preprocessing = model->preprocessing;
  section.task = settings.word("task", model->preprocessing.task);
  if (section.task != "classification" && section.task != "segmentation")
    throw settings_error(settings.origin("task"),
                         fmt::format("what the output of {} means is not known; set [model] task = \"classification\" "
                                     "(logits a class) or \"segmentation\" (a probability a sample)",
                                     path));
  settings.refuse_unknown();
  section.build = [model,
                   head = section.new_head ? std::optional(head_options(settings.table("head"))) : std::nullopt] {
    Graph graph = clone(model->graph);
    if (head) replace_head(graph, *head);  // drawn anew: a seed decides over what is fresh
    return graph;
  };
  section.anew = [model] {
    Graph graph = clone(model->graph);
    make_fresh(graph);
    return graph;
  };
  return section;
}

}  // namespace

bool ModelSection::takes(const std::string& key) const {
  for (const std::string& setting : split(known_settings, ' '))
    if (setting.substr(0, setting.find('=')) == key) return true;
  return false;
}

ModelSection model_section(const Settings& settings) {
  return settings.has("file") ? by_file(settings) : by_name(settings);
}

}  // namespace lathe
