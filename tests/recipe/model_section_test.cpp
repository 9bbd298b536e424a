/// [model]: weights of a file in a named architecture, and a file's network with another classifier.
#include "lathe/recipe/model_section.h"

#include <ATen/Context.h>

#include "lathe/formats/safetensors.h"
#include "lathe/models/model_registry.h"
#include "tests/recipe/sample_recipe.h"
#include "tests/support/weights.h"

namespace lathe {
namespace {

using namespace test;

class ModelSectionTest : public testing::Test {
 protected:
  void SetUp() override {
    at::manual_seed(1);
    trained_ = build_model("lenet", Settings("test"));
    save_model(folder_ / "lenet.safetensors",
               {"lenet", trained_, {.class_names = {"a"}, .task = "classification"}, {}});
  }
  /// The weights as a state dict would have them, under the prefix of a wrapper; without some, and with others.
  std::string weights(const std::string& without = "nothing", const std::string& beside = "") {
    TensorFile file;
    for (const ConstNamedParam& entry : named_params(static_cast<const Graph&>(trained_)))
      if (!entry.name.starts_with(without))
        file.tensors.emplace_back("module." + entry.name, entry.param->value.detach());
    if (!beside.empty()) file.tensors.emplace_back("module." + beside, trained_.node("fc1").params["bias"].detach());
    write_safetensors(folder_ / "weights.safetensors", file);
    return (folder_ / "weights.safetensors").string();
  }
  ModelSection section(const std::string& text) const { return model_section(parse_toml(text, "recipe.toml")); }
  ModelSection lenet(const std::string& path, const std::string& more = "") const {
    return section(fmt::format("name = \"lenet\"\nweights = \"{}\"\n{}", path, more));
  }
  ModelSection file(const std::string& head) const {
    return section(fmt::format("file = \"{}\"\nhead = {}\n", (folder_ / "lenet.safetensors").string(), head));
  }
  ScratchFolder folder_;
  Graph trained_;
};

TEST_F(ModelSectionTest, WeightsOfTheWholeNetwork) {
  const std::string path = weights();
  const ModelSection made = lenet(path);
  EXPECT_EQ(made.note, path + ": 10 of 10 tensors loaded");
  expect_same_weights(made.build(), trained_);
  EXPECT_FALSE(made.anew().node("conv1").params["weight"].equal(trained_.node("conv1").params["weight"]));
}

TEST_F(ModelSectionTest, TheClassifierMayBeMissingOrOfOtherClasses) {
  const std::string path = weights("fc3", "aot_h.bias");
  EXPECT_EQ(lenet(path).note, path +
                                  ": 8 of 10 tensors loaded; fresh: fc3.weight, fc3.bias; not in this network: "
                                  "module.aot_h.bias");
  const std::string all = weights();
  const ModelSection made = lenet(all, "n_classes = 4");
  EXPECT_EQ(made.note, all + ": 8 of 10 tensors loaded; fresh: fc3.weight, fc3.bias");
  EXPECT_EQ(made.build().node("fc3").params["weight"].size(0), 4);
  EXPECT_TRUE(made.build().node("fc2").params["weight"].equal(trained_.node("fc2").params["weight"]));
}

TEST_F(ModelSectionTest, AHoleInFrontOfTheClassifierIsRefused) {
  const std::string path = weights("conv2");
  EXPECT_EQ(error_of([&] { lenet(path); }),
            "recipe.toml:2: " + path +
                ": the weights do not fit the network in front of its classifier: missing conv2.weight, and 1 more");
  weights();
  EXPECT_EQ(error_of([&] { lenet(path, "in_channels = 3"); }),
            "recipe.toml:2: " + path +
                ": the weights do not fit the network in front of its classifier: misshapen conv1.weight (expected "
                "Float [6, 3, 5, 5], got Float [6, 1, 5, 5])");
  EXPECT_NE(error_of([&] { lenet("nowhere.pt"); }).find("recipe.toml:2: nowhere.pt: "), std::string::npos);
}

TEST_F(ModelSectionTest, ANewHeadIsDrawnAnewAndTheTrunkIsTheFiles) {
  const ModelSection made = file("{classes = 3}");
  EXPECT_TRUE(made.preprocessing.class_names.empty());
  EXPECT_EQ(made.task, "classification");
  at::manual_seed(5);
  const Graph first = made.build();
  at::manual_seed(5);
  expect_same_weights(first, made.build());
  EXPECT_FALSE(first.node("fc1").params["weight"].equal(trained_.node("fc1").params["weight"]));
  EXPECT_TRUE(first.node("conv2").params["weight"].equal(trained_.node("conv2").params["weight"]));
  EXPECT_EQ(first.node("fc3").params["weight"].size(0), 3);
  EXPECT_EQ(file("{classes = 3, hidden = 7, features = \"relu3\"}")
                .build()
                .node("classifier.linear1")
                .params["weight"]
                .sizes(),
            (std::vector<int64_t>{7, 120}));
}

TEST_F(ModelSectionTest, SlipsInTheHeadAreBlamedOnTheirLine) {
  EXPECT_EQ(error_of([&] { file("{hidden = 3}"); }), "recipe.toml [head]: 'classes' is missing");
  EXPECT_EQ(error_of([&] { file("{classes = 1}"); }), "recipe.toml:2: 'classes' is 1 (expected at least 2)");
  EXPECT_EQ(error_of([&] { file("{classes = 3, feature = \"relu3\"}"); }),
            "recipe.toml:2: unknown key 'feature'; known: classes, features, hidden (did you mean 'features'?)");
  EXPECT_EQ(error_of([&] { file("{classes = 3, features = \"relu33\"}"); }).substr(0, 38),
            "recipe.toml:2: unknown node 'relu33'; ");
}

}  // namespace
}  // namespace lathe
