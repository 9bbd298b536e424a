/// What the verbs that train on labels share beyond training_basics.h: class weights and freezing, what is checked
/// first, the course of a training, what is told at the end.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lathe/cli/training_basics.h"
#include "lathe/recipe/train_section.h"

namespace lathe {

/// How a verb trains, and what it does before and after.
struct TrainingWork {
  std::vector<std::string> defaults = {};  ///< settings of [train] that the verb has of its own: "epochs=10"
  /// Changes the network that was read, before its settings are. LibTorch's generator has the seed.
  std::function<void(Model& model)> prepare = nullptr;
  /// Takes its own keys of --set, and may add what options of its own say.
  std::function<void(Settings& given)> read = nullptr;
  /// Called before any data is read, with the settings that training starts from.
  std::function<void(const Model& model, const TrainSection& section)> check = nullptr;
  /// @param validation  null: there are no such rows
  std::function<FitReport(Model& model, const BatchSource& rows, const FitOptions& options,
                          const BatchSource* validation)>
      fit;
  /// Adds to what is told at the end.
  std::function<void(std::string& text, nlohmann::json& object)> describe = nullptr;
};

struct TrainingVerb : TrainingBasics {
  std::string class_weights;
  std::vector<std::string> frozen;

  void declare(CLI::App& app);
  void run(const Output& output, const TrainingWork& work) const;

 private:
  Settings settings(const std::vector<std::string>& defaults) const;
};

}  // namespace lathe
