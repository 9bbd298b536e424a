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
  Preprocessing preprocessing;   ///< of a file
  std::function<Graph()> build;  ///< fresh weights from LibTorch's generator, or the file's weights
  std::function<Graph()> anew;   ///< fresh weights, also for a file
  bool takes(const std::string& key) const;
};

/// Keys: name and what the architecture reads; or file (a model file, or .onnx; from the current folder) and task.
/// @throws Error for both or neither, an unknown name, a file that cannot be read, a task that nothing says
ModelSection model_section(const Settings& settings);

}  // namespace lathe
