/// A model file: one safetensors file that carries weights, graph and preprocessing, so that nothing else is needed to
/// predict. Python's safetensors opens it for the weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lathe/data/cleaning/step.h"
#include "lathe/data/front_end.h"
#include "lathe/graph/graph.h"
#include "lathe/signal/hidden_markov.h"

namespace lathe {

/// What is done to a recording before the graph sees it, and to what the graph says.
struct Preprocessing {
  double rate_hz = 0;
  std::string normalize = "none";  ///< of the rows, before the front end: a name from transforms()
  FrontEnd front_end = {};         ///< what turns rows into what the graph sees
  std::vector<std::string> class_names = {};
  std::string task = {};      ///< "segmentation" | "classification"; empty: neither
  int64_t smooth_window = 0;  ///< Savitzky–Golay over the probabilities; 0: none
  int64_t smooth_order = 0;
  double threshold = 0.5;
  Cleaning cleaning = {};  ///< of the recordings, before everything else
  std::vector<double> mean = {},
                      deviation = {};  ///< of each channel behind `normalize`: taken off, divided by; or empty
  HiddenMarkov hidden_markov = {};     ///< what smooths the sequence of classes; no states: nothing does

  bool operator==(const Preprocessing&) const = default;
};

struct Model {
  std::string name;  ///< the architecture
  Graph graph;
  Preprocessing preprocessing = {};
  std::map<std::string, std::string> notes = {};
};

/// Writes the file whole or not at all; identical models give identical bytes.
void save_model(const std::filesystem::path& path, const Model& model);

/// @throws Error that begins with the path: not a safetensors file, weights only, a newer version, an unknown op,
/// tensors missing or left over, a graph that does not hold together
Model load_model(const std::filesystem::path& path);

}  // namespace lathe
