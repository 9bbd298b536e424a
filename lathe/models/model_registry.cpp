#include "lathe/models/model_registry.h"

#include "lathe/models/kernel_models.h"

namespace lathe {

const Registry<ModelEntry>& models() {
  static const ModelEntry entries[] = {
      {"kernel_classifier", "learned kernels and their spectrum: one class a window", "classification",
       build_kernel_classifier,
       "kernels=24 lengths=[192,96,64] samples=640 rate_hz=64 classes=3 slope=0.01"},
      {"kernel_segmenter", "learned kernels: a probability for every sample of a window", "segmentation",
       build_kernel_segmenter, "kernels=24 (or one count a bank: [24,12,8]) lengths=[192,96,64] samples=1920"},
  };
  static const Registry<ModelEntry> registry("model", entries);
  return registry;
}

Graph build_model(std::string_view name, const Settings& settings) {
  const ModelEntry& entry = models().at(name);
  Graph graph = entry.build(settings);
  settings.refuse_unknown();
  return graph;
}

}  // namespace lathe
