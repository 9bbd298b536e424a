/// The [model] section: an architecture by name with its settings, or a file to start from.
#pragma once

#include <functional>
#include <string>

#include "lathe/base/settings.h"
#include "lathe/formats/model_file.h"

namespace lathe {

struct ModelSection {
  std::string name;            ///< the architecture, or the file's
  std::string task;            ///< what the output means
  Settings settings;           ///< of an architecture
  std::string known_settings;  ///< names of all that it has; empty for a file
  bool from_file = false;
  bool new_head = false;         ///< of a file, which got another classifier
  std::string note = {};         ///< what of a file of weights went into the network; empty: there is none
  Preprocessing preprocessing;   ///< of a file
  std::function<Graph()> build;  ///< fresh weights from LibTorch's generator, or the file's weights
  std::function<Graph()> anew;   ///< fresh weights, also for a file
  bool takes(const std::string& key) const;
};

/// Keys: name, what the architecture reads, and weights (a state dict or a model file; the classifier's may be of other
/// classes, or not be there); or file (a model file, or .onnx; from the current folder), task and head, a table of
/// classes, hidden and features (rewrite/head.h).
/// @throws Error for both or neither, an unknown name, a file that cannot be read, a task that nothing says, weights
/// that leave part of the network in front of the classifier as it was
ModelSection model_section(const Settings& settings);

}  // namespace lathe
