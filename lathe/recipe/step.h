/// The steps of a recipe after training, [[step]] kind = "…": the only place where methods meet. One file a step, one
/// line in step.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/base/settings.h"
#include "lathe/data/dataset.h"
#include "lathe/formats/model_file.h"
#include "lathe/recipe/validation_section.h"
#include "lathe/train/fit.h"

namespace lathe {

/// What a step may use.
struct StepContext {
  Model& model;
  const BatchSource& train;   ///< rows to train on, augmented where the recipe says so
  const BatchSource& plain;   ///< the same rows as they are, to look at
  const at::Tensor& targets;  ///< of all training rows
  const Dataset& rows;        ///< the training rows as recorded, with the groups that they come from
  const Dataset& unseen;      ///< the rows that test, as recorded; none with split = "none". Only to be reported on
  const ValidationRows& validation;
  std::filesystem::path folder;  ///< the step's own, for checkpoints
  uint64_t seed = 0;
  bool resume = false;
  std::string data_id;
  std::function<void(const std::string& title, const StepReport&)> on_step;
  std::function<bool()> stop_requested;
  OptimizerState& memory;      ///< what the latest training left of its optimiser: who cuts parameters cuts it along
  bool keep_shape = false;     ///< a control is made: channels stay, what trains trains
  std::string criterion = {};  ///< a control is made: this one decides instead of the step's own
  /// The network as it was at a point of the run that a step asked for in its plan.
  const std::map<std::string, Graph>& points;
  const Model* teacher = nullptr;  ///< of the [teacher] section, trained
  bool rows_change = false;        ///< `train` augments: a row is never twice the same
  std::filesystem::path cache;     ///< for what is worth keeping between runs; empty: nothing is kept
  std::function<void(const std::string& sentence)> say = nullptr;
  std::function<void(const std::string& what, int64_t done, int64_t total)> on_rows = nullptr;
};

/// A step with its settings read; does its work once, and says in one sentence what it did.
using Step = std::function<std::string(StepContext&)>;

/// What is known of a run before it begins.
struct StepPlan {
  const Model& model;              ///< as it will be, with weights that mean nothing
  std::string optimizer;           ///< of the latest training before the step
  bool validates = false;          ///< there are rows to validate on
  const Model* teacher = nullptr;  ///< of the [teacher] section, with weights that mean nothing
  bool teacher_used = false;       ///< some step learns from it
  std::vector<std::string> points = {"start",
                                     "train"};  ///< of the run so far, to go on from: fresh weights, trained, …
  std::set<std::string> wanted = {};            ///< those that some step asks for

  /// Notes that the step needs the network as it was there. @throws Error that names the points, where it was written
  const std::string& want(const Settings& settings, const std::string& key, const std::string& point);
};

struct StepEntry {
  std::string_view name;
  std::string_view summary;
  /// Reads the settings and checks them, before any data is opened.
  Step (*prepare)(const Settings& settings, StepPlan& plan);
};

const Registry<StepEntry>& steps();

}  // namespace lathe
