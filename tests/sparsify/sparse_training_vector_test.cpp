/// Trainings with few connections beside PyTorch (tools/make_sparsity_vectors.py): the same masks, the same weights.
#include "lathe/formats/safetensors.h"
#include "lathe/sparsify/sparse_training.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

class SparsityVector : public ::testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  const TensorFile file_ = read_safetensors(test::source_folder() / "tests/vectors/sparsity.safetensors");
  std::string rules_ = fmt::format("{} {} ", GetParam().first, GetParam().second);

  Tensor of(const std::string& name) const {
    const Tensor* found = file_.find(name);
    if (found == nullptr) throw std::runtime_error(name);
    return *found;
  }
};

TEST_P(SparsityVector, StepsEqualPyTorchs) {
  at::set_num_threads(1);
  Builder net;
  const Value x = conv(net.input("input", {2, 40}), "conv", {.out = 6, .kernel = 5, .stride = 2, .padding = {2}});
  Graph graph = net.finish({linear(global_average_pool(relu(x, "relu"), "mean"), "head", {.out = 3})});
  {
    const at::NoGradGuard no_gradients;
    for (const char* layer : {"conv", "head"}) {
      graph.node(layer).params["weight"].copy_(of(rules_ + layer + ".first"));
      graph.node(layer).params["bias"].copy_(of(rules_ + layer + ".bias"));
    }
  }
  SparsityOptions options{.start = "zeros", .prune = GetParam().first, .grow = GetParam().second};
  options.share = std::stod(file_.metadata.at("share"));
  const auto sparse = std::make_shared<SparseTraining>(options);
  FitOptions fitting{
      .loss = {.kind = "cross_entropy"},
      .optimizer = {.kind = "sgd", .learning_rate = 0.05, .weight_decay = 1e-4, .momentum = 0.9},
      .epochs = 4,
      .batch = 8,
      .shuffle = false,
  };
  fitting.callback = sparse;
  const TensorBatches rows({of("x")}, {of("y")});
  fit(graph, rows, fitting);
  EXPECT_EQ(sparse->updates(), 3);
  for (const std::string layer : {"conv", "head"}) {
    const Tensor last = of(rules_ + layer + ".last");
    EXPECT_TRUE(sparse->mask(layer + ".weight").to(at::kFloat).equal(of(rules_ + layer + ".mask"))) << layer;
    EXPECT_FALSE(of(rules_ + layer + ".mask").equal(of(rules_ + layer + ".first").ne(0).to(at::kFloat)))
        << "masks of " << layer << " must change";
    const double error = graph.node(layer).params["weight"].detach().sub(last).abs().max().item<double>();
    EXPECT_LE(error, std::stod(file_.metadata.at("tolerance"))) << layer;
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, SparsityVector,
                         testing::Values(std::pair("magnitude", "gradient"), std::pair("weighted_hebbian", "hebbian")),
                         [](const auto& info) { return std::string(info.param.second); });

}  // namespace
}  // namespace lathe
