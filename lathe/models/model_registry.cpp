#include "lathe/models/model_registry.h"

#include "lathe/models/kernel_models.h"

namespace lathe {

Graph build_conv1d(const Settings& settings);
Graph build_cp_resnet(const Settings& settings);
void initialise_cp_resnet(const Graph& graph);
Graph build_deep_cnn(const Settings& settings);
Graph build_harnet(const Settings& settings);
Graph build_harnet_pretext(const Settings& settings);
void initialise_harnet(const Graph& graph);
Graph build_k_winners_cnn(const Settings& settings);
Graph build_lenet(const Settings& settings);
Graph build_mlp(const Settings& settings);
Graph build_light_cnn(const Settings& settings);

const Registry<ModelEntry>& models() {
  static const ModelEntry entries[] = {
      {"conv1d", "two convs and two linear layers on one-channel recordings: electrodermal activity to pain levels",
       "classification", build_conv1d, "in_channels=1 samples=2816 hidden=512 n_classes=5"},
      {"cp_resnet", "CP-ResNet: residual, on spectrograms or pictures, its receptive field a setting", "classification",
       build_cp_resnet,
       "rho=4 in_channels=1 n_classes=10 base_channels=32 channels_multiplier=2 cut_channels_s2=0 cut_channels_s3=0 "
       "n_blocks=[2,2,2] s1_group=1 s2_group=1 s3_group=1 height=256 width=44",
       initialise_cp_resnet},
      {"deep_cnn", "the teacher of a pair for small pictures: four convs, two linear layers", "classification",
       build_deep_cnn, "in_channels=3 n_classes=10 height=32 width=32 dropout=0.1"},
      {"harnet", "residual, on accelerometer windows of 5, 10 or 30 s in g at 30 Hz; version 2 is small, 30 s",
       "classification", build_harnet, "seconds=10 version=1 n_classes=4", initialise_harnet, 30},
      {"harnet_pretext", "harnet with the four heads of its pretext tasks, to be pretrained", "", build_harnet_pretext,
       "seconds=10 version=1", initialise_harnet, 30},
      {"k_winners_cnn", "two convs and two linear layers in which only the largest values go on: spoken commands",
       "classification", build_k_winners_cnn,
       "in_channels=1 height=32 width=32 channels=64 hidden=1000 n_classes=12 activation=k_winners first_ratio=0.095 "
       "second_ratio=0.125 hidden_ratio=0.1"},
      {"kernel_classifier", "learned kernels and their spectrum: one class a window", "classification",
       build_kernel_classifier, "kernels=24 lengths=[192,96,64] samples=640 rate_hz=64 classes=3 slope=0.01"},
      {"kernel_segmenter", "learned kernels: a probability for every sample of a window", "segmentation",
       build_kernel_segmenter, "kernels=24 (or one count a bank: [24,12,8]) lengths=[192,96,64] samples=1920"},
      {"lenet", "LeNet-5 on small pictures: two convs, three linear layers", "classification", build_lenet,
       "in_channels=1 n_classes=10 height=28 width=28"},
      {"light_cnn", "the student of a pair for small pictures: two convs, two linear layers", "classification",
       build_light_cnn, "in_channels=3 n_classes=10 height=32 width=32 dropout=0.1"},
      {"mlp", "a perceptron with hidden layers, on small pictures", "classification", build_mlp,
       "in_channels=1 height=28 width=28 hidden=[100,100,100] n_classes=10"},
  };
  static const Registry<ModelEntry> registry("model", entries);
  return registry;
}

Graph build_model(std::string_view name, const Settings& settings) {
  const ModelEntry& entry = models().at(name);
  Graph graph = entry.build(settings);
  if (entry.initialise != nullptr) entry.initialise(graph);
  settings.refuse_unknown();
  return graph;
}

}  // namespace lathe
