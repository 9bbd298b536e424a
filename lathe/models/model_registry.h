/// The table of named architectures: one line an entry in model_registry.cpp.
#pragma once

#include <string>

#include "lathe/base/registry.h"
#include "lathe/base/settings.h"
#include "lathe/graph/graph.h"

namespace lathe {

struct ModelEntry {
  std::string_view name;
  std::string_view summary;
  /// What the network's output is: "segmentation" ([N, 1, T], a probability a sample), "classification" ([N, C],
  /// logits), or nothing that data is labelled with.
  std::string_view task;
  /// Fresh weights from LibTorch's generator; the keys that it reads are the model's settings.
  Graph (*build)(const Settings&);
  /// One line a setting, for `lathe list models` and `lathe new --help`.
  std::string_view settings;
  /// Draws the first weights anew where they are not those of its layers; null: they are.
  void (*initialise)(const Graph&) = nullptr;
  double rate_hz = 0;  ///< samples a second that it is made for; 0: any
};

const Registry<ModelEntry>& models();

/// Builds a named model. @throws Error on an unknown name or setting, with the nearest known one.
Graph build_model(std::string_view name, const Settings& settings);

}  // namespace lathe
