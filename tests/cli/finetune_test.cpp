/// lathe finetune: frozen layers, another classifier, rows held back by subject, the surgical search, and slips.
#include "lathe/formats/model_file.h"
#include "tests/cli/arrays.h"
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;

class Finetune : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder;
    ASSERT_EQ(lathe_in(folder_->path(), {"new", "lenet", "--seed", "1", "-o", "lenet.safetensors"}).code, 0);
    Rng rng(3);
    std::vector<float> pictures(24 * 28 * 28);
    std::vector<uint32_t> classes(24);  // a letter each, as NumPy keeps text
    std::vector<int64_t> subjects(24);
    for (float& value : pictures) value = static_cast<float>(rng.normal());
    for (size_t row = 0; row < 24; ++row) {
      classes[row] = static_cast<uint32_t>('a' + row % 3);
      subjects[row] = static_cast<int64_t>(row / 6);
    }
    write_array(*folder_ / "x.npy", "<f4", {24, 1, 28, 28}, pictures);
    write_array(*folder_ / "y.npy", "<U1", {24}, classes);
    write_array(*folder_ / "subjects.npy", "<i8", {24}, subjects);
  }
  static void TearDownTestSuite() { delete folder_; }

  static Outcome finetune(const std::vector<std::string>& more) {
    std::vector<std::string> all = {"finetune", "lenet.safetensors", "--inputs",  "x.npy", "--targets",
                                    "y.npy",    "--layout",          "NCHW",      "-o",    "o.safetensors",
                                    "--set",    "epochs=2",          "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return lathe_in(folder_->path(), all);
  }
  static void refused(const std::vector<std::string>& more, const std::string& sentence, int code = 2) {
    const Outcome outcome = finetune(more);
    EXPECT_EQ(outcome.error, "lathe: " + sentence + "\n");
    EXPECT_EQ(outcome.code, code);
  }
  static Model model(const std::string& name) { return load_model(*folder_ / name); }
  static bool same(const Model& a, const Model& b, const std::string& node) {
    return a.graph.node(node).params["weight"].equal(b.graph.node(node).params["weight"]);
  }
  static inline ScratchFolder* folder_ = nullptr;
};

TEST_F(Finetune, FrozenLayersStayAndTheNewHeadHasTheClasses) {
  const Outcome outcome =
      finetune({"--freeze", "conv*", "--freeze", "fc1.weight", "--head", "3", "--class-weights", "balanced"});
  ASSERT_EQ(outcome.code, 0) << outcome.error;
  const Model before = model("lenet.safetensors"), after = model("o.safetensors");
  EXPECT_TRUE(same(before, after, "conv1"));
  EXPECT_TRUE(same(before, after, "conv2"));
  EXPECT_EQ(after.graph.node("fc3").params["weight"].size(0), 3);
  EXPECT_EQ(after.preprocessing.class_names, (std::vector<std::string>{"a", "b", "c"}));
  for (const ConstNamedParam& entry : named_params(after.graph)) EXPECT_TRUE(entry.param->value.requires_grad());
}

TEST_F(Finetune, SubjectsAreHeldBackWholeAndTheBestEpochIsNamed) {
  const Outcome outcome =
      finetune({"--head", "3", "--groups", "subjects.npy", "--validation", "0.25", "--patience", "1", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.error;
  EXPECT_EQ(outcome.error.find("validation: 6 of 24 windows are held back, whole groups\n"), 0U) << outcome.error;
  EXPECT_GE(outcome.json().at("train").at("best_epoch").get<int>(), 1);
}

TEST_F(Finetune, TheSurgicalSearchPrintsItsTable) {
  const Outcome outcome =
      finetune({"--head", "3", "--validation", "0.3", "--surgical", "--block", "conv1", "--block", "conv2"});
  ASSERT_EQ(outcome.code, 0) << outcome.error;
  EXPECT_EQ(outcome.out.find("trained  parameters  epochs  validation loss\nhead "), 0U) << outcome.out;
  for (const char* line : {"\nconv1 ", "\nconv2 ", "\nall ", "  kept\n"})
    EXPECT_NE(outcome.out.find(line), std::string::npos) << line << outcome.out;
}

TEST_F(Finetune, RowsOfOneClassTeachNothing) {
  write_array(*folder_ / "ones.npy", "<i8", {24}, std::vector<int64_t>(24, 1));
  const Outcome outcome = lathe_in(folder_->path(), {"finetune", "lenet.safetensors", "--inputs", "x.npy", "--targets",
                                                     "ones.npy", "--layout", "NCHW", "-o", "o.safetensors"});
  EXPECT_NE(outcome.error.find("all rows are of one class, so there is nothing to tell apart"), std::string::npos)
      << outcome.error;
}

TEST_F(Finetune, TheSurgicalTableIsAlsoAFile) {
  ASSERT_EQ(
      finetune({"--head", "3", "--validation", "0.3", "--surgical", "--block", "conv1", "--checkpoints", "trials"})
          .code,
      0);
  EXPECT_EQ(read_text(*folder_ / "trials" / "surgical.csv").find("trained,parameters,epochs,validation_loss,"), 0U);
}

TEST_F(Finetune, Slips) {
  refused({"--freeze", "cov*"},
          "--freeze: the glob 'cov*' matches none of conv1, conv2, fc1, fc2, fc3 (did you mean 'conv1*'?)");
  refused({"--freeze", "*"}, "--freeze: freezing * would leave no parameter that trains");
  refused(
      {"--head", "3", "--features", "flaten"},
      "unknown node 'flaten'; known: conv1, conv2, fc1, fc2, fc3, flatten, input, pool1, pool2, relu1, relu2, relu3, "
      "relu4 (did you mean 'flatten'?)");
  refused({"--surgical"}, "--surgical: a block is chosen by rows that do not train; add --validation 0.2");
  refused({"--surgical", "--validation", "0.2", "--freeze", "conv1"},
          "--freeze: has no effect with --surgical, which freezes all but a block; --block names them");
  refused({"--surgical", "--validation", "0.2", "--block", "conv*", "--block", "conv1"},
          "blocks: 'conv*' and 'conv1' both hold 'conv1.weight' (expected blocks that share nothing)");
  refused({"--features", "flatten"}, "--features: has no effect without --head or --surgical");
  refused({"--set", "patience=3", "--validation", "0.2", "--patience", "2"},
          "--patience: says the same as --set patience=3; leave one of them out");
  refused(
      {"--head", "2"},
      "x.npy: has 3 classes (a, b, c) but the model has 2 outputs; lathe finetune --head 3 gives it a classifier of as "
      "many",
      3);
}

}  // namespace
}  // namespace lathe
