#include "lathe/sparsify/sparse_training.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "lathe/base/text.h"
#include "lathe/sparsify/connections.h"
#include "lathe/sparsify/filters.h"

namespace lathe {

struct SparseTraining::Layer {
  SparseLayer about;
  int input = -1;  ///< the node that the layer reads
  int64_t active = 0;
  double density = 1;         ///< of the end
  Tensor mask;                ///< uint8, on the CPU
  Tensor multiplier;          ///< the same as real numbers, where the weight lies
  Tensor strength;            ///< float64, on the CPU; undefined where no rule asks for it
  std::vector<int64_t> anew;  ///< places that begin again with this update: nothing is remembered of them
  Tensor gradient;            ///< of the latest batch without the mask, while an update is due

  const Param& param(const Graph& graph) const {
    const Node& node = graph.nodes[static_cast<size_t>(about.node)];
    return *node.params.find(about.name.substr(node.name.size() + 1));
  }
  std::span<uint8_t> places() const { return {mask.mutable_data_ptr<uint8_t>(), static_cast<size_t>(mask.numel())}; }
  void renew(const Tensor& weight) {
    multiplier = mask.to(weight.device(), weight.scalar_type());
    active = mask.sum().item<int64_t>();
  }
};

namespace {

RuleNeeds needs_of(const SparsityOptions& options) {
  RuleNeeds needs;
  const auto add = [&](RuleNeeds more) {
    needs.strength = needs.strength || more.strength;
    needs.gradient = needs.gradient || more.gradient;
  };
  if (!options.prune.empty()) add(prune_rules().at(options.prune).needs);
  if (!options.grow.empty()) add(grow_rules().at(options.grow).needs);
  return needs;
}

/// `count` of all places, each as likely as any other.
void draw(std::span<uint8_t> mask, int64_t count, Rng& rng) {
  std::fill(mask.begin(), mask.end(), 0);
  const Connections none{.weight = {}, .gradient = {}, .strength = {}, .active = mask};
  for (const int64_t place : grow_rules().at("random").choose(none, count, rng)) mask[static_cast<size_t>(place)] = 1;
}

/// Of `group` neighbours along the input axis the largest `kept` weights stay. What is over at the end stays whole.
void keep_largest_of_groups(const Tensor& weight, int64_t kept, int64_t group, std::span<uint8_t> mask) {
  const int64_t out = weight.size(0), in = weight.size(1), behind = weight.numel() / out / in;
  const float* values = weight.const_data_ptr<float>();
  std::vector<int64_t> places;
  for (int64_t o = 0; o < out; ++o)
    for (int64_t k = 0; k < behind; ++k)
      for (int64_t first = 0; first + group <= in; first += group) {
        places.clear();
        for (int64_t c = first; c < first + group; ++c) places.push_back((o * in + c) * behind + k);
        const auto gone =
            smallest(places, scores_at(places, [&](size_t i) { return std::abs(values[i]); }), group - kept);
        for (const int64_t place : places) mask[static_cast<size_t>(place)] = 1;
        for (const int64_t place : gone) mask[static_cast<size_t>(place)] = 0;
      }
}

Tensor plain(const Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kFloat).contiguous();
}

template <class T>
std::span<const T> span_of(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  return {tensor.const_data_ptr<T>(), static_cast<size_t>(tensor.numel())};
}

void check_word(std::string_view what, const std::string& word, std::vector<std::string> known) {
  if (std::find(known.begin(), known.end(), word) == known.end())
    throw Error(unknown_name(what, word, std::move(known)), ExitCode::usage);
}

/// Filters are those of convolutions with more than one weight.
std::vector<SparseLayer> layers_of(const Graph& graph, const SparsityOptions& options) {
  std::vector<SparseLayer> layers = sparse_layers(graph, options.layers);
  if (options.filter_keep == 0) return layers;
  std::erase_if(layers, [](const SparseLayer& layer) { return layer.size() == layer.sizes[0] * layer.sizes[1]; });
  check(!layers.empty(), "sparsify: none of the layers has filters of more than one weight (expected convolutions)");
  return layers;
}

void check_ranges(const SparsityOptions& options) {
  const auto in = [](std::string_view name, double value, double least, double most) {
    if (!(value >= least && value <= most))
      fail_as(ExitCode::usage, "{} is {} (expected {} to {})", name, value, least, most);
  };
  in("share", options.share, 0, 1);
  in("until", options.until, 0, 1);
  in("average_decay", options.average_decay, 0, 1);
  in("every", static_cast<double>(options.every), 1, 1e9);
  in("look_every", static_cast<double>(options.look_every), 1, 1e9);
  check_word("schedule", options.schedule, {"constant", "cosine"});
  check_word("unit of time", options.per, {"epoch", "step"});
  check_word("start", options.start, {"random", "zeros"});
  check_word("way to collect", options.collect, {"accumulate", "average", "replace"});
  if (options.group != 0 && !(options.kept_of_group > 0 && options.kept_of_group < options.group))
    fail_as(ExitCode::usage, "n_m: {} of {} (expected fewer than all, and at least one)", options.kept_of_group,
            options.group);
  in("rounds", static_cast<double>(options.rounds), 0, 1000);
  in("filter_keep", options.filter_keep, 0, 1);
  in("filter_grow", options.filter_grow, 0, 1 - options.filter_keep);
  const bool thins = options.gradual || options.rounds > 0;
  if (!thins && options.prune.empty() != options.grow.empty())
    fail_as(ExitCode::usage, "a {} rule alone would change the density; give a {} rule too",
            options.prune.empty() ? "grow" : "prune", options.prune.empty() ? "prune" : "grow");
}

}  // namespace

void check_sparsity(const Graph& graph, const SparsityOptions& options) {
  check_ranges(options);
  needs_of(options);  // asks the registries
  strengths().at(options.strength.kind);
  const std::vector<SparseLayer> layers = layers_of(graph, options);
  if (options.group == 0 && options.start == "random" && options.filter_keep == 0)
    active_counts(layers, options.density, options.distribution);
  for (const SparseLayer& layer : layers)
    check(options.group == 0 || layer.sizes[1] >= options.group,
          "sparsify: '{}' has {} inputs, too few for groups of {}; leave it out of 'layers'", layer.name,
          layer.sizes[1], options.group);
}

SparseTraining::SparseTraining(SparsityOptions options) : options_(std::move(options)) {
  check_ranges(options_);
}
SparseTraining::~SparseTraining() = default;

void SparseTraining::begin(Graph& graph, bool resumed) {
  const at::NoGradGuard no_gradients;
  check_sparsity(graph, options_);
  graph_ = &graph;
  layers_.clear();
  const std::vector<SparseLayer> found = layers_of(graph, options_);
  const bool counted = options_.group == 0 && options_.start == "random" && options_.filter_keep == 0;
  const bool begins_dense = options_.gradual || options_.rounds > 0 || options_.filter_keep > 0;
  const std::vector<int64_t> counts =
      counted ? active_counts(found, options_.density, options_.distribution) : std::vector<int64_t>(found.size());
  for (size_t i = 0; i < found.size(); ++i) {
    auto layer = std::make_unique<Layer>();
    layer->about = found[i];
    layer->input = graph.nodes[static_cast<size_t>(found[i].node)].inputs.at(0);
    layer->mask = at::empty(found[i].sizes, at::kByte).fill_(1);
    const Tensor weight = layer->param(graph).value;
    if (counted) layer->density = static_cast<double>(counts[i]) / static_cast<double>(found[i].size());
    if (looks()) layer->strength = at::zeros(found[i].sizes, at::kDouble);
    if (!resumed) {
      Rng rng(Rng(options_.seed).bits() + i);
      if (options_.start == "zeros")
        layer->mask = plain(weight).ne(0).to(at::kByte);
      else if (options_.group > 0)
        keep_largest_of_groups(plain(weight), options_.kept_of_group, options_.group, layer->places());
      else if (!begins_dense)
        draw(layer->places(), counts[i], rng);
      layer->renew(weight);
      const bool scales = options_.scale_weights && options_.start == "random" && !begins_dense && layer->active > 0;
      const double density = static_cast<double>(layer->active) / static_cast<double>(layer->about.size());
      weight.mul_(layer->multiplier).mul_(scales ? 1 / std::sqrt(density) : 1);
    }
    layers_.push_back(std::move(layer));
  }
  const auto dense = [](const auto& layer) { return layer->active == layer->about.size(); };
  check(resumed || options_.start != "zeros" || !std::all_of(layers_.begin(), layers_.end(), dense),
        "sparsify: start = \"zeros\", and no weight of these layers is 0");
  first_.clear();
  if (options_.rounds > 0)
    for (const NamedParam& entry : named_params(graph)) first_[entry.name] = entry.param->value.detach().clone();
}

bool SparseTraining::looks() const {
  return needs_of(options_).strength || options_.filter_keep > 0;
}

std::vector<std::string> SparseTraining::taps(const TrainingTime& time) const {
  std::vector<std::string> names;
  if (!looks() || (time.step - 1) % options_.look_every != 0) return names;
  for (const auto& layer : layers_)
    for (const int node : {layer->input, layer->about.node}) {
      const std::string& name = graph_->nodes[static_cast<size_t>(node)].name;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  return names;
}

void SparseTraining::look(const RunResult& result) {
  for (const auto& layer : layers_) {
    const Node& node = graph_->nodes[static_cast<size_t>(layer->about.node)];
    const auto in = result.taps.find(graph_->nodes[static_cast<size_t>(layer->input)].name);
    const auto out = result.taps.find(node.name);
    if (!layer->strength.defined() || in == result.taps.end() || out == result.taps.end()) continue;
    const Tensor seen = strength_of(node, in->second, out->second, options_.strength);
    if (options_.collect == "accumulate")
      layer->strength.add_(seen);
    else if (options_.collect == "average")
      layer->strength.mul_(1 - options_.average_decay).add_(seen, options_.average_decay);
    else
      layer->strength.copy_(seen);
  }
}

void SparseTraining::before_update(Graph& graph, const TrainingTime& time) {
  const at::NoGradGuard no_gradients;
  if (time.step == 1) check_updates(time);
  const bool keep = needs_of(options_).gradient && due(time);
  for (const auto& layer : layers_) {
    const Tensor weight = layer->param(graph).value;
    if (!weight.grad().defined()) continue;
    if (keep) layer->gradient = plain(weight.grad()).clone();
    weight.mutable_grad().mul_(layer->multiplier);
  }
}

void SparseTraining::after_update(Graph& graph, const OptimizerState& state, const TrainingTime& time) {
  const at::NoGradGuard no_gradients;
  const bool now = due(time);
  updates_ += now ? 1 : 0;
  for (const auto& layer : layers_) {
    const Tensor weight = layer->param(graph).value;
    if (now) {
      renew(*layer, time);
      layer->renew(weight);
      layer->gradient = Tensor();
      if (layer->strength.defined() && options_.collect == "accumulate") layer->strength.zero_();
    }
    weight.mul_(layer->multiplier);
    const auto remembered = state.find(layer->about.name);
    if (remembered == state.end()) continue;
    for (const auto& entry : remembered->second) {
      if (entry.second.sizes() != weight.sizes()) continue;
      entry.second.mul_(layer->multiplier);
      for (const int64_t place : layer->anew) entry.second.view({-1}).select(0, place).zero_();
    }
    layer->anew.clear();
  }
  if (now && options_.rounds > 0) rewind(graph, state);
}

void SparseTraining::renew(Layer& layer, const TrainingTime& time) {
  const Tensor weight = layer.param(*graph_).value;
  if (options_.filter_keep > 0) {
    const FilterShares shares{options_.filter_keep, options_.filter_grow, options_.as_published};
    Tensor renewed = plain(weight).clone();
    Rng rng(Rng(options_.seed + static_cast<uint64_t>(time.step)).bits() + static_cast<uint64_t>(layer.about.node));
    renew_filters(shares, layer.about.sizes, span_of<double>(layer.strength),
                  {renewed.mutable_data_ptr<float>(), static_cast<size_t>(renewed.numel())}, layer.places(), rng);
    const Tensor changed = renewed.ne(plain(weight)).logical_and(layer.mask).flatten();
    for (int64_t place = 0; place < changed.numel(); ++place)
      if (changed.const_data_ptr<bool>()[place]) layer.anew.push_back(place);
    weight.copy_(renewed);
  } else if (options_.rounds > 0) {
    thin_out(layer, std::pow(layer.density, static_cast<double>(updates_) / static_cast<double>(options_.rounds)));
  } else if (options_.gradual) {
    const double done = static_cast<double>(time.step) / static_cast<double>(last_update(time));
    thin_out(layer, layer.density + (1 - layer.density) * std::pow(1 - done, 3));
  } else {
    swap(layer, time);
  }
}

/// What the mask holds off stays 0; all else is as training began, and the optimiser remembers nothing.
void SparseTraining::rewind(Graph& graph, const OptimizerState& state) {
  for (const NamedParam& entry : named_params(graph)) entry.param->value.copy_(first_.at(entry.name));
  for (const auto& layer : layers_) layer->param(graph).value.mul_(layer->multiplier);
  for (const auto& entry : state)
    for (const auto& remembered : entry.second) remembered.second.zero_();
}

void SparseTraining::swap(Layer& layer, const TrainingTime& time) {
  const Tensor weight = plain(layer.param(*graph_).value);
  const std::span<uint8_t> mask = layer.places();
  const Connections connections{span_of<float>(weight), span_of<float>(layer.gradient), span_of<double>(layer.strength),
                                mask};
  const std::vector<int64_t> gone = prune_rules().at(options_.prune).choose(connections, share_at(time));
  Rng rng(Rng(options_.seed + static_cast<uint64_t>(time.step)).bits() + static_cast<uint64_t>(layer.about.node));
  // What goes may come back at once where everything else is active already, so it is chosen from together.
  for (const int64_t place : gone) mask[static_cast<size_t>(place)] = 0;
  const std::vector<int64_t> grown = grow_rules().at(options_.grow).choose(connections, std::ssize(gone), rng);
  for (const int64_t place : grown) mask[static_cast<size_t>(place)] = 1;
  for (const int64_t place : gone) {  // a connection that comes back begins at 0, whether it was there before or not
    if (mask[static_cast<size_t>(place)] == 0) continue;
    layer.param(*graph_).value.view({-1}).select(0, place).zero_();
    layer.anew.push_back(place);
  }
}

void SparseTraining::thin_out(Layer& layer, double density) {
  const Tensor weight = plain(layer.param(*graph_).value);
  const auto wanted = std::max<int64_t>(1, std::llround(density * static_cast<double>(layer.about.size())));
  const Connections connections{span_of<float>(weight), {}, span_of<double>(layer.strength), layer.places()};
  const std::vector<int64_t> active = places_where(connections.active, true);
  const auto too_many = std::max<int64_t>(0, std::ssize(active) - wanted);
  for (const int64_t place :
       smallest(active, scores_at(active, [&](size_t i) { return std::abs(connections.weight[i]); }), too_many))
    layer.places()[static_cast<size_t>(place)] = 0;
}

std::map<std::string, Tensor> SparseTraining::state() const {
  std::map<std::string, Tensor> state;
  for (const auto& layer : layers_) {
    state["mask/" + layer->about.name] = layer->mask;
    if (layer->strength.defined()) state["strength/" + layer->about.name] = layer->strength;
  }
  for (const auto& [name, value] : first_) state["first/" + name] = value;
  state["updates"] = at::empty({}, at::kLong).fill_(updates_);
  return state;
}

void SparseTraining::load_state(const std::map<std::string, Tensor>& state) {
  const auto updates = state.find("updates");
  check(updates != state.end() && updates->second.scalar_type() == at::kLong && updates->second.numel() == 1,
        "sparsify: the checkpoint does not say how often connections changed");
  updates_ = updates->second.item<int64_t>();
  for (auto& [name, value] : first_) {
    const auto found = state.find("first/" + name);
    check(found != state.end() && found->second.sizes() == value.sizes(),
          "sparsify: the checkpoint does not hold '{}' as training began", name);
    value = found->second.to(value.device(), value.scalar_type()).clone();
  }
  for (const auto& layer : layers_) {
    const auto load = [&](const std::string& name, Tensor& into) {
      const auto found = state.find(name);
      check(found != state.end() && found->second.sizes() == into.sizes() &&
                found->second.scalar_type() == into.scalar_type(),
            "sparsify: the checkpoint has no '{}' of this network", name);
      into = found->second.clone();
    };
    load("mask/" + layer->about.name, layer->mask);
    check(layer->mask.le(1).all().item<bool>(), "sparsify: 'mask/{}' holds other values than 0 and 1",
          layer->about.name);
    if (layer->strength.defined()) load("strength/" + layer->about.name, layer->strength);
    layer->renew(layer->param(*graph_).value);
  }
}

std::vector<LayerDensity> SparseTraining::densities() const {
  std::vector<LayerDensity> all;
  for (const auto& layer : layers_) {
    const Tensor weight = layer->param(*graph_).value.detach();
    const int64_t active =
        options_.as_published ? weight.ne(0).sum().item<int64_t>() : layer->active;  // no mask says it
    all.push_back({layer->about.name, active, layer->about.size()});
  }
  return all;
}

const Tensor& SparseTraining::mask(const std::string& name) const {
  for (const auto& layer : layers_)
    if (layer->about.name == name) return layer->mask;
  fail("sparsify: '{}' has no mask", name);
}

std::vector<LayerDensity> layer_densities(const Graph& graph) {
  std::vector<LayerDensity> all;
  for (const ConstNamedParam& entry : named_params(graph)) {
    if (entry.param->buffer || entry.param->value.dim() < 2) continue;
    all.push_back({entry.name, entry.param->value.detach().ne(0).sum().item<int64_t>(), entry.param->value.numel()});
  }
  return all;
}

std::string densities_text(const std::vector<LayerDensity>& layers, std::string_view what) {
  int64_t active = 0, all = 0;
  std::string each;
  for (const LayerDensity& layer : layers) {
    active += layer.active;
    all += layer.size;
    each += fmt::format("{}{} {:.3g}", each.empty() ? "" : ", ", layer.name,
                        static_cast<double>(layer.active) / static_cast<double>(layer.size));
  }
  return fmt::format("{} of {} {} ({:.3g}: {})", with_commas(active), with_commas(all), what,
                     static_cast<double>(active) / static_cast<double>(all), each);
}

}  // namespace lathe
