/// A model on its way through training and steps: what a run does once, and its controls do again.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "lathe/recipe/step.h"
#include "lathe/recipe/teacher_section.h"

namespace lathe {

struct NamedStep {
  std::string name;   ///< its kind
  std::string title;  ///< in the ledger; the kind where none is given
  Step work;
  bool titled() const { return title != name; }
};

struct Pipeline {
  Model& model;               ///< with fresh weights, or those to start from
  const BatchSource& train;   ///< rows to train on, augmented where the recipe says so
  const BatchSource& plain;   ///< the same rows as they are
  const at::Tensor& targets;  ///< of all training rows
  const Dataset& rows;        ///< StepContext::rows
  const Dataset& unseen;      ///< StepContext::unseen
  const ValidationRows& validation;
  FitOptions fit;  ///< [train], with folder, seed and data_id; epochs 0: nothing is trained first
  const std::vector<NamedStep>& steps;
  const std::set<std::string>& wanted;        ///< StepPlan::wanted
  const TeacherSection& teacher;              ///< trained behind the model, where there is one
  std::filesystem::path teacher_folder = {};  ///< shared by a run and its controls of the same seed
  std::string device = "cpu";
  bool rows_change = false;          ///< StepContext::rows_change
  std::filesystem::path cache = {};  ///< StepContext::cache
  std::function<void(const std::string& sentence)> say = nullptr;
  std::function<void(const std::string& title, const StepReport&)> on_step = nullptr;
  std::function<void(const std::string& what, int64_t done, int64_t total)> on_rows = nullptr;
  bool keep_shape = false;     ///< StepContext::keep_shape
  std::string criterion = {};  ///< StepContext::criterion
};

/// What a pipeline tells on its way.
struct PipelineEvents {
  std::function<void(const FitReport&)> trained;
  std::function<void(const Model& teacher, const FitReport&)> taught;  ///< the teacher is ready
  std::function<void(const NamedStep& step, const std::string& sentence)> done;
};

/// Trains, then trains the teacher, then applies the steps in order, each with a folder of its own below `fit.folder`.
void run_pipeline(const Pipeline& pipeline, const PipelineEvents& events);

}  // namespace lathe
