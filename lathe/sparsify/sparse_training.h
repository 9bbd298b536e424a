/// Training with few connections: the masks, kept while the optimiser steps, and renewed on the way. The graph stays
/// plain: a connection that is not active has the weight 0.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lathe/sparsify/density.h"
#include "lathe/sparsify/strength.h"
#include "lathe/train/callback.h"

namespace lathe {

struct SparsityOptions {
  std::vector<std::string> layers = {"*"};  ///< globs over weights, or over the nodes that have them
  double density = 0.1;                     ///< active connections of all, of these layers together
  std::string distribution = "uniform";
  std::string start = "random";  ///< masks at first: "random"; "zeros": what is not 0 is active, whatever `density`
  std::string prune = {}, grow = {};  ///< rules; both empty: masks stay as they are
  double share = 0.3;                 ///< of a layer's active connections that go at an update, and as many come back
  std::string schedule = "constant";  ///< of the share: "constant", or "cosine", down to 0
  double until = 1;                   ///< the part of the training after which masks stay
  int64_t every = 1;                  ///< `per` between two updates
  std::string per = "epoch";          ///< "epoch" | "step"
  int64_t rounds = 0;  ///< of the lottery ticket: begins dense; after each of rounds + 1 equal parts of the training
                       ///< but the last the smallest weights go, and all that stay go back to their first values
  double filter_keep = 0;     ///< more than 0: of every 2-D filter (out, in) only this share of its weights stays, by
                              ///< strength; begins dense
  double filter_grow = 0;     ///< and so many of those next to them begin anew
  bool as_published = false;  ///< of filters: nothing grows, and no mask holds what went
  bool gradual = false;  ///< begins dense; `prune` alone, and the density falls to its end with the third power of time
  int64_t kept_of_group = 0,
          group = 0;  ///< N:M: of so many inputs in a row the largest weights stay; 0: no such groups
  StrengthOptions strength = {};
  std::string collect = "accumulate";  ///< "accumulate" from update to update, "average", or "replace"
  double average_decay = 0.1;          ///< of "average": the share of what is new
  int64_t look_every = 1;              ///< steps between two looks at activations
  bool scale_weights = true;  ///< first weights times 1 / sqrt(density of their layer), or signals die out on the way
  uint64_t seed = 0;
  bool operator==(const SparsityOptions&) const = default;
};

/// A named way: sets the rules, and what else belongs to it.
struct SparsityMethod {
  std::string_view name;
  std::string_view summary;
  void (*apply)(SparsityOptions& options);
};
/// static, set, rigl, hebbian, gradual, n_m, …
const Registry<SparsityMethod>& sparsity_methods();

/// @throws Error for what does not go together, rules or layers that are not there, a density that empties a layer
void check_sparsity(const Graph& graph, const SparsityOptions& options);

struct LayerDensity {
  std::string name;
  int64_t active = 0, size = 0;
};

class SparseTraining final : public TrainingCallback {
 public:
  explicit SparseTraining(SparsityOptions options);
  ~SparseTraining() override;
  void begin(Graph& graph, bool resumed) override;
  std::vector<std::string> taps(const TrainingTime& time) const override;
  void look(const RunResult& result) override;
  void before_update(Graph& graph, const TrainingTime& time) override;
  void after_update(Graph& graph, const OptimizerState& state, const TrainingTime& time) override;
  bool settled(const TrainingTime& time) const override;
  std::map<std::string, std::string> settings() const override;
  std::map<std::string, Tensor> state() const override;
  void load_state(const std::map<std::string, Tensor>& state) override;

  std::vector<LayerDensity> densities() const;
  /// [weight's shape] uint8.
  const Tensor& mask(const std::string& name) const;
  int64_t updates() const { return updates_; }

 private:
  struct Layer;
  SparsityOptions options_;
  std::vector<std::unique_ptr<Layer>> layers_;
  Graph* graph_ = nullptr;
  std::map<std::string, Tensor> first_;  ///< parameters and buffers as training began, where rounds go back to them
  int64_t updates_ = 0;

  /// The step behind which connections change for the last time; 0: never.
  int64_t last_update(const TrainingTime& time) const;
  int64_t unit(const TrainingTime& time) const;
  bool due(const TrainingTime& time) const;
  void check_updates(const TrainingTime& time) const;
  double share_at(const TrainingTime& time) const;
  bool looks() const;
  void renew(Layer& layer, const TrainingTime& time);
  void swap(Layer& layer, const TrainingTime& time);
  void thin_out(Layer& layer, double density);
  void rewind(Graph& graph, const OptimizerState& state);
};

/// Active connections of every weight of a graph: those that are not 0.
std::vector<LayerDensity> layer_densities(const Graph& graph);

/// "8,934 of 89,400 connections are active (0.0999; fc1.weight 0.1, …)"
std::string densities_text(const std::vector<LayerDensity>& layers, std::string_view what = "connections are active");

}  // namespace lathe
