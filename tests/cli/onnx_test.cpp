/// Networks from elsewhere, as a shell sees them: import, predict, export, prune, and slips on the way.
#include "tests/cli/arrays.h"
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

/// An image network that PyTorch exported: hard swish, squeeze and excite.
class Onnx : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string network_ = (source_folder() / "tests" / "vectors" / "onnx" / "mobile-dynamo.onnx").string();

  Outcome call(std::vector<std::string> words) { return lathe_in(folder_.path(), std::move(words)); }
  void import(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"import", network_, "-o", "m.safetensors"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(call(std::move(words)).code, 0);
  }
  /// Two rows of noise of the network's input shape.
  void write_rows() {
    std::vector<int64_t> shape = call({"info", network_, "--json"}).json().at("layers").at(0).at("output");
    shape[0] = 2;
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    Rng rng(1);
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = static_cast<float>(rng.normal());
    write_array(folder_ / "x.npy", "<f4", shape, values);
  }
};

TEST_F(Onnx, WithoutATaskPredictGivesWhatTheNetworkGives) {
  import();
  write_rows();
  const Outcome raw = call({"predict", "m.safetensors", "x.npy", "-o", "raw.npy"});
  EXPECT_EQ(raw.code, 0) << raw.error;
  EXPECT_EQ(raw.error, "written as the network gives it: the model has no task (lathe import --task …)\n");
  const Outcome direct = call({"predict", network_, "x.npy", "-o", "direct.npy"});
  EXPECT_EQ(direct.code, 0) << direct.error;
  EXPECT_EQ(read_text(folder_ / "raw.npy"), read_text(folder_ / "direct.npy"));
  const Outcome labels = call({"predict", "m.safetensors", "x.npy", "--labels", "-o", "labels.npy"});
  EXPECT_EQ(labels.code, 2);
  EXPECT_EQ(labels.error,
            "lathe: --labels: the model does not say what its output means; import it with --task classification or "
            "segmentation\n");
}

TEST_F(Onnx, TheTaskGivenAtImportIsKept) {
  import({"--task", "classification"});
  write_rows();
  EXPECT_EQ(call({"predict", "m.safetensors", "x.npy", "--labels", "-o", "labels.npy"}).code, 0);
  EXPECT_EQ(call({"info", "m.safetensors", "--json"}).json().at("preprocessing").at("task"), "classification");
}

TEST_F(Onnx, ThereAndBackDiffersByNothing) {
  import();
  EXPECT_EQ(call({"export", "m.safetensors", "-o", "again.onnx"}).code, 0);
  const Outcome diff = call({"diff", "m.safetensors", "again.onnx", "--fail-above", "1e-6", "--json"});
  EXPECT_EQ(diff.code, 0) << diff.out << diff.error;
}

TEST_F(Onnx, PrunedItIsSmallerAndStillANetwork) {
  const Outcome pruned = call({"prune", network_, "--ratio", "0.5", "-o", "half.onnx", "--json"});
  EXPECT_EQ(pruned.code, 0) << pruned.error;
  const json parameters = pruned.json().at("parameters");
  EXPECT_LT(parameters.at("after"), parameters.at("before"));
  EXPECT_EQ(call({"info", "half.onnx", "--json"}).json().at("model").at("parameters"), parameters.at("after"));
}

TEST_F(Onnx, SlipsAreToldBeforeAnythingIsWritten) {
  const auto said = [&](std::vector<std::string> words) {
    const Outcome outcome = call(std::move(words));
    EXPECT_EQ(outcome.code, 2);
    return outcome.error;
  };
  EXPECT_EQ(said({"import", network_, "-o", "m.onnx"}),
            "lathe: --out m.onnx: a model is written as .safetensors; give a name that ends so\n");
  EXPECT_EQ(said({"import", network_, "--into", "kernel_segmenter", "-o", "m.safetensors"}),
            "lathe: --into, --set, --entry, --rename and --partial are for files of weights; " + network_ +
                " brings its own network\n");
  write_atomic(folder_ / "w.pt", "not a state dict");
  EXPECT_EQ(said({"import", "w.pt", "-o", "m.safetensors"}),
            "lathe: w.pt: weights alone are no network; say which it is: --into NAME (lathe list models) or --into "
            "MODEL-FILE\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.safetensors"));
}

}  // namespace
}  // namespace lathe
