/// info in three conventions, bench and diff: what they say of small models that other verbs made.
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

class Measure : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder;
    make("4", "1", "a.safetensors");
    make("4", "2", "b.safetensors");
    make("3", "1", "smaller.safetensors");
  }
  static void TearDownTestSuite() { delete folder_; }
  static void make(const std::string& kernels, const std::string& seed, const std::string& file) {
    EXPECT_EQ(call({"new", "kernel_classifier", "--set", "kernels=" + kernels, "--set", "lengths=[16,8]", "--set",
                    "samples=160", "--seed", seed, "-o", file})
                  .code,
              0);
  }
  static Outcome call(std::vector<std::string> words) { return lathe_in(folder_->path(), std::move(words)); }
  static inline ScratchFolder* folder_ = nullptr;
};

TEST_F(Measure, InfoCountsInTheConventionAskedForAndSaysWhich) {
  const auto macs = [](const std::string& convention) {
    const json model = call({"info", "a.safetensors", "--macs", convention, "--json"}).json().at("model");
    EXPECT_EQ(model.at("macs_convention"), convention);
    return model.at("macs").get<int64_t>();
  };
  const int64_t plain = macs("conv");
  EXPECT_EQ(call({"info", "a.safetensors", "--json"}).json().at("model").at("macs"), plain);
  EXPECT_GT(macs("torch-pruning"), macs("torchinfo"));
  EXPECT_GT(macs("torchinfo"), plain);
  const std::string text = call({"info", "a.safetensors", "--macs", "torchinfo"}).out;
  EXPECT_NE(text.find("(as torchinfo counts: parameters of a conv at every position, others once, one window)"),
            std::string::npos)
      << text;
}

TEST_F(Measure, InfoRefusesAConventionAndSizesThatAreNone) {
  const Outcome unknown = call({"info", "a.safetensors", "--macs", "torchinf"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(
      unknown.error,
      "lathe: unknown convention 'torchinf'; known: conv, torch-pruning, torchinfo (did you mean 'torchinfo'?)\n");
  for (const char* verb : {"info", "bench"}) {
    const Outcome sizes = call({verb, "a.safetensors", "--input", "1,0"});
    EXPECT_EQ(sizes.code, 2);
    EXPECT_EQ(sizes.error, "lathe: --input 1,0: 0 is no size (expected at least 1)\n");
  }
}

TEST_F(Measure, BenchMeasuresOneAndManyWindowsOnOneThreadAndAll) {
  const json found =
      call({"bench", "a.safetensors", "--batch", "8", "--threads", "2", "--seconds", "0", "--json"}).json();
  ASSERT_EQ(found.at("latency").size(), 4U);
  EXPECT_GT(found.at("peak_process_bytes").get<int64_t>(), 10'000'000);
  for (size_t i = 0; i < 4; ++i) {
    const json& row = found.at("latency").at(i);
    EXPECT_EQ(row.at("batch"), i < 2 ? 1 : 8);
    EXPECT_EQ(row.at("threads"), i % 2 == 0 ? 1 : 2);
    EXPECT_EQ(row.at("runs"), 30);
    EXPECT_LE(row.at("tenth_seconds"), row.at("median_seconds"));
    EXPECT_LE(row.at("median_seconds"), row.at("ninetieth_seconds"));
    EXPECT_NEAR(row.at("windows_per_second").get<double>() * row.at("median_seconds").get<double>(), i < 2 ? 1 : 8,
                1e-9);
  }
  EXPECT_EQ(call({"bench", "a.safetensors", "--batch", "1", "--threads", "1", "--seconds", "0", "--json"})
                .json()
                .at("latency")
                .size(),
            1U);
}

TEST_F(Measure, DiffOfAFileAndItselfSaysSo) {
  const Outcome outcome = call({"diff", "a.safetensors", "a.safetensors", "--fail-above", "0"});
  EXPECT_EQ(outcome.code, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("structure           the same\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("weight difference   none\noutput difference   none\n"), std::string::npos) << outcome.out;
}

TEST_F(Measure, DiffOfOtherWeightsFailsOnlyWhenAsked) {
  EXPECT_EQ(call({"diff", "a.safetensors", "b.safetensors"}).code, 0);
  const Outcome failed = call({"diff", "a.safetensors", "b.safetensors", "--fail-above", "1e-5", "--json"});
  EXPECT_EQ(failed.code, 3);
  EXPECT_EQ(failed.json().at("identical"), false);
  EXPECT_EQ(failed.json().at("changed"), json::array());
  EXPECT_GT(failed.json().at("largest_weight_difference").at("relative").get<double>(), 0.1);
  EXPECT_EQ(failed.error.rfind("lathe: a.safetensors and b.safetensors: the outputs differ by ", 0), 0U)
      << failed.error;
  EXPECT_NE(failed.error.find(" (expected at most 1e-05)\n"), std::string::npos) << failed.error;
}

TEST_F(Measure, DiffNamesWeightsOfOtherSizes) {
  const json found = call({"diff", "a.safetensors", "smaller.safetensors", "--json"}).json();
  EXPECT_FALSE(found.at("changed").empty());
  EXPECT_GT(found.at("parameters").at("a"), found.at("parameters").at("b"));
  EXPECT_TRUE(found.at("largest_output_difference").is_object());
}

TEST_F(Measure, DiffReadsOnnxOnEitherSide) {
  call({"new", "kernel_segmenter", "--set", "kernels=4", "--set", "lengths=[16,8]", "--set", "samples=160", "-o",
        "s.safetensors"});
  EXPECT_EQ(call({"export", "s.safetensors", "-o", "s.onnx"}).code, 0);
  const Outcome outcome = call({"diff", "s.safetensors", "s.onnx", "--fail-above", "1e-5"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.error;
  EXPECT_EQ(call({"info", "s.onnx"}).code, 0);
}

}  // namespace
}  // namespace lathe
