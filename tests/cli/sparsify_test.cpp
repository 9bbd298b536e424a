/// lathe sparsify: few connections from the command line, seen by info, gone on with after a kill, and what is refused.
#include "tests/cli/arrays.h"
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

class SparsifyVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    Rng rng(1);
    std::vector<float> rows;
    std::vector<int64_t> labels;
    for (int64_t i = 0; i < 40; ++i) {
      labels.push_back(i % 2);
      for (int64_t k = 0; k < 36; ++k)
        rows.push_back(static_cast<float>(rng.normal() + (k < 18 ? 1.0 : -1.0) * static_cast<double>(i % 2)));
    }
    write_array<float>(folder_ / "x.npy", "<f4", {40, 1, 6, 6}, rows);
    write_array<int64_t>(folder_ / "y.npy", "<i8", {40}, labels);
    ASSERT_EQ(lathe_in(folder_.path(), {"new", "mlp", "--set", "height=6", "--set", "width=6", "--set", "hidden=[10]",
                                        "--set", "n_classes=2", "-o", "fresh.safetensors"})
                  .code,
              0);
  }
  Outcome sparsify(const std::vector<std::string>& more) {
    std::vector<std::string> all = {"sparsify",    "fresh.safetensors",
                                    "--inputs",    "x.npy",
                                    "--targets",   "y.npy",
                                    "--normalize", "none",
                                    "--set",       "batch=8",
                                    "--set",       "epochs=3",
                                    "--threads",   "1",
                                    "-o",          "sparse.safetensors"};
    all.insert(all.end(), more.begin(), more.end());
    return lathe_in(folder_.path(), all);
  }
  void refused(const std::vector<std::string>& more, int code, const std::string& sentence) {
    const Outcome outcome = sparsify(more);
    EXPECT_EQ(outcome.code, code);
    EXPECT_NE(outcome.error.find("lathe: " + sentence + "\n"), std::string::npos) << outcome.error;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "sparse.safetensors"));
  }
  ScratchFolder folder_;
};

TEST_F(SparsifyVerb, TakesOutDeadChannelsAndSaysTheSame) {
  ASSERT_EQ(sparsify({"--density", "0.06", "--distribution", "erdos_renyi"}).code, 0);
  const Outcome outcome =
      lathe_in(folder_.path(), {"sparsify", "sparse.safetensors", "--compact", "-o", "small.safetensors", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.error;
  const json told = outcome.json().at("compact");
  EXPECT_GT(told.at("unread").get<int>() + told.at("constant").get<int>(), 0);
  EXPECT_LT(told.at("parameters_after").get<int>(), told.at("parameters_before").get<int>());
  const auto predicted = [&](const char* model) {
    EXPECT_EQ(lathe_in(folder_.path(), {"predict", model, "x.npy", "-o", "p.npy"}).code, 0);
    return read_array<float>(folder_ / "p.npy");
  };
  const std::vector<float> before = predicted("sparse.safetensors"), after = predicted("small.safetensors");
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-5);
  const Outcome nothing = lathe_in(folder_.path(), {"sparsify", "fresh.safetensors", "-o", "o.safetensors"});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_EQ(nothing.error, "lathe: --inputs is required (but with --compact alone)\n");
  const Outcome useless = lathe_in(
      folder_.path(), {"sparsify", "sparse.safetensors", "--compact", "--method", "rigl", "-o", "o.safetensors"});
  EXPECT_EQ(useless.error, "lathe: --method: has no effect with --compact alone; --inputs says what to train on\n");
  EXPECT_NE(sparsify({"--density", "0.06", "--distribution", "erdos_renyi", "--compact"}).out.find("took out "),
            std::string::npos);
}

TEST_F(SparsifyVerb, KeysWithoutEffectAreRefused) {
  refused({"--method", "lottery", "--set", "update_every=2"}, 2,
          "--set update_every=2: 'update_every' has no effect with rounds, which lay out the training");
  refused({"--density", "0"}, 2, "density is 0 (expected above 0 and at most 1)");
  refused({"--method", "dsconv", "--density", "0.2"}, 2,
          "--density: 'density' has no effect with filters, which say the density");
  refused({"--method", "set", "--set", "rounds=3"}, 2, "--set rounds=3: 'rounds' counts with method = \"lottery\"");
}

TEST_F(SparsifyVerb, KeepsTheCountThatWasAskedForAndInfoShowsIt) {
  const json told = sparsify({"--method", "hebbian", "--density", "0.2", "--json"}).json();
  EXPECT_EQ(told.at("layers"), json::parse(R"([{"name": "fc1.weight", "active": 72, "size": 360},
                                               {"name": "fc2.weight", "active": 4, "size": 20}])"));
  const json info = lathe_in(folder_.path(), {"info", "sparse.safetensors", "--json"}).json();
  EXPECT_EQ(info.at("macs"), 380);
  EXPECT_EQ(info.at("effective_macs"),
            info.at("sparse")[0].at("active").get<int64_t>() + info.at("sparse")[1].at("active").get<int64_t>());
  EXPECT_LE(info.at("effective_macs"), 76);
  EXPECT_NE(lathe_in(folder_.path(), {"info", "sparse.safetensors"}).out.find("MACs are with weights other than 0"),
            std::string::npos);
  EXPECT_EQ(lathe_in(folder_.path(), {"info", "fresh.safetensors", "--json"}).json().at("sparse"), json::array());
}

TEST_F(SparsifyVerb, GoesOnFromItsCheckpointAndFromNoOther) {
  ASSERT_EQ(sparsify({"--checkpoints", "whole"}).code, 0);
  const std::string whole = read_text(folder_ / "sparse.safetensors");
  ASSERT_EQ(sparsify({"--checkpoints", "whole", "--resume"}).code, 0);
  EXPECT_EQ(read_text(folder_ / "sparse.safetensors"), whole);
  const Outcome other = sparsify({"--checkpoints", "whole", "--resume", "--density", "0.3"});
  EXPECT_EQ(other.code, 3);
  EXPECT_NE(other.error.find("belongs to a training with other settings: density (then 0.1, now 0.3)"),
            std::string::npos)
      << other.error;
}

TEST_F(SparsifyVerb, RefusesWhatCannotBe) {
  refused({"--method", "sett"}, 2,
          "--method: unknown sparsity method 'sett'; known: dsconv, dsconv_as_published, gradual, "
          "hebbian, hebbian_growth, lottery, n_m, rigl, set, static "
          "(did you mean 'set'?)");
  refused({"--method", "static", "--set", "share=0.5"}, 2,
          "--set share=0.5: 'share' has no effect where connections are not swapped");
  refused({"--density", "0.01"}, 3,
          "sparsify: density 0.01 leaves 'fc2.weight' without connections (0.2 of 20); 0.025 with 'uniform' leaves "
          "every layer one");
  refused({"--layer", "fc9*"}, 2, "sparsify: unknown weight 'fc9*'; known: fc1.weight, fc2.weight");
}

}  // namespace
}  // namespace lathe
