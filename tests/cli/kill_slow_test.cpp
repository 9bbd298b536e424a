/// `lathe run` under fire: killed at random moments and stopped with Ctrl-C, resumed, and still the same final bytes.
#include <unistd.h>

#include <chrono>
#include <random>

#include "lathe/base/rng.h"
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Every part of a run that could be cut: training, merging, training again, absorbing, evaluating, writing.
const std::string kRecipe = R"([data]
name = "small"
simulator = "ppg"
simulator_windows = 40

[model]
name = "kernel_segmenter"
kernels = 6
lengths = [32, 16]

[train]
epochs = 60
batch = 8
checkpoint_steps = 5
optimizer = {kind = "adam", learning_rate = 0.01}

[[step]]
kind = "merge"
ratio = 0.3

[[step]]
kind = "finetune"
epochs = 25
batch = 8
checkpoint_steps = 5

[[step]]
kind = "absorb"

[evaluate]
smooth_window = 151
resamples = 200
)";

class KilledRun : public testing::Test {
 protected:
  ScratchFolder folder_;
  void SetUp() override { write_atomic(folder_ / "small.toml", kRecipe); }
  Program start(const std::string& out) const {
    return Program({program_path(), "run", "small.toml", "--threads", "1", "--resume", "--out", out}, folder_.path());
  }
  std::string model(const std::string& out) const { return read_text(folder_ / out / "model.safetensors"); }
};

TEST_F(KilledRun, TenKillsLeaveTheSameFinalBytes) {
  const Clock::time_point begun = Clock::now();
  ASSERT_EQ(start("whole").wait(), 0);
  const double whole_seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  Rng rng(std::random_device{}());
  for (int kills = 0; kills < 10;) {
    const Program run = start("killed");
    ::usleep(static_cast<useconds_t>(1e6 * rng.uniform(0, 0.4 * whole_seconds)));
    run.signal(SIGKILL);
    const int code = run.wait();
    ASSERT_TRUE(code == 0 || code == -SIGKILL) << run.error();
    kills += code == -SIGKILL ? 1 : 0;
    if (!fs::exists(folder_ / "killed/metrics.json")) continue;
    EXPECT_EQ(model("killed"), model("whole"));  // it was faster than the kill: from the beginning again
    fs::remove_all(folder_ / "killed");
  }
  const Program last = start("killed");
  ASSERT_EQ(last.wait(), 0) << last.error();
  EXPECT_EQ(model("killed"), model("whole"));
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "killed/checkpoints"))
    EXPECT_EQ(entry.path().filename(), "last.safetensors");
}

TEST_F(KilledRun, CtrlCLeavesACheckpointToGoOnFrom) {
  const Program run = start("stopped");
  for (int waits = 0; waits < 6000 && !fs::exists(folder_ / "stopped/checkpoints/last.safetensors"); ++waits)
    ::usleep(10000);
  run.signal(SIGINT);
  EXPECT_EQ(run.wait(), 130);
  EXPECT_NE(run.error().find("lathe: train: interrupted after step "), std::string::npos) << run.error();
  EXPECT_NE(run.error().find(" of 240; go on with --resume\n"), std::string::npos) << run.error();
  EXPECT_FALSE(fs::exists(folder_ / "stopped/metrics.json"));
  const Program again = start("stopped");
  EXPECT_EQ(again.wait(), 0) << again.error();
  EXPECT_NE(again.error().find("went on from step "), std::string::npos) << again.error();
}

TEST_F(KilledRun, ASweepThatIsStoppedGoesOnWhereItWas) {
  const std::vector<std::string> words = {program_path(), "sweep", "small.toml", "--grid", "model.kernels=4,5",
                                          "--out",        "s",     "--threads",  "1"};
  const Program sweep(words, folder_.path());
  const fs::path first = folder_ / "s/cells/model.kernels=4_repeat=0/metrics.json";
  for (int waits = 0; waits < 6000 && !fs::exists(first); ++waits) ::usleep(10000);
  sweep.signal(SIGINT);
  EXPECT_EQ(sweep.wait(), 130);
  const std::string last = "lathe: sweep: stopped; run the same command again to go on\n";
  EXPECT_NE(sweep.error().find(last), std::string::npos) << sweep.error();
  const fs::file_time_type written = fs::last_write_time(first);
  const Program again(words, folder_.path());
  EXPECT_EQ(again.wait(), 0) << again.error();
  EXPECT_EQ(fs::last_write_time(first), written);
  EXPECT_TRUE(fs::exists(folder_ / "s/cells/model.kernels=5_repeat=0/metrics.json"));
}

}  // namespace
}  // namespace lathe
