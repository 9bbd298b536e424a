/// Simulated recordings: their shape, that a seed fixes every byte, and that they beat as hearts do.
#include "lathe/data/simulators/simulators.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "lathe/base/files.h"
#include "lathe/data/splits.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

std::string hash_of(const at::Tensor& tensor) {
  return content_hash({static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()});
}

TEST(SimulatedPpg, IsASoundDataset) {
  const Dataset data = simulate_ppg({.windows = 13, .windows_per_subject = 6});
  verify(data);
  EXPECT_EQ(data.inputs.sizes(), (std::vector<int64_t>{13, 1, 1920}));
  EXPECT_EQ(data.inputs.scalar_type(), at::kFloat);
  EXPECT_EQ(data.rate_hz, 64);
  EXPECT_EQ(group_names(data.groups), (std::vector<std::string>{"subject1", "subject2", "subject3"}));
  EXPECT_TRUE(data.inputs.amin({1, 2}).eq(0).all().item<bool>());
  EXPECT_TRUE(data.inputs.amax({1, 2}).eq(1).all().item<bool>());
}

TEST(SimulatedPpg, AboutHalfIsArtifactAsAsked) {
  EXPECT_NEAR(simulate_ppg({.windows = 240}).targets.mean().item<double>(), 0.5, 0.05);
  EXPECT_NEAR(simulate_ppg({.windows = 240, .artifact_ratio = 0.2}).targets.mean().item<double>(), 0.2, 0.05);
  EXPECT_EQ(simulate_ppg({.windows = 4, .artifact_ratio = 0}).targets.sum().item<double>(), 0);
}

TEST(SimulatedPpg, SeedFixesEveryByteAndMoreWindowsKeepTheFirst) {
  const Dataset one = simulate_ppg({.seed = 3, .windows = 12}), more = simulate_ppg({.seed = 3, .windows = 20});
  EXPECT_TRUE(one.inputs.equal(more.inputs.narrow(0, 0, 12)));
  EXPECT_TRUE(one.targets.equal(more.targets.narrow(0, 0, 12)));
  EXPECT_FALSE(one.inputs.equal(simulate_ppg({.seed = 4, .windows = 12}).inputs));
  EXPECT_EQ(hash_of(one.inputs), "1cc97b44668d121d");
  EXPECT_EQ(hash_of(one.targets), "d4f8e88573c7a7a5");
}

TEST(SimulatedPpg, CleanSignalBeatsOncePerHeartbeat) {
  // The strongest period of a clean window lies between 40 and 200 beats a minute for every subject.
  const Dataset data = simulate_ppg({.windows = 20, .windows_per_subject = 1, .artifact_ratio = 0});
  for (int64_t row = 0; row < 20; ++row) {
    const at::Tensor x = data.inputs[row][0] - data.inputs[row][0].mean();
    int64_t best = 0;
    double most = -1;
    for (int64_t lag = 19; lag <= 96; ++lag) {
      const double product = (x.narrow(0, 0, 1800) * x.narrow(0, lag, 1800)).sum().item<double>();
      if (product > most) most = product, best = lag;
    }
    EXPECT_GT(most, 0.3 * x.narrow(0, 0, 1800).square().sum().item<double>()) << "row " << row << ", lag " << best;
  }
}

TEST(SimulatedRhythms, IsASoundDatasetOfThreeClasses) {
  const Dataset data = simulate_rhythms({.windows = 20, .windows_per_record = 3});
  verify(data);
  EXPECT_EQ(data.inputs.sizes(), (std::vector<int64_t>{20, 1, 640}));
  EXPECT_EQ(data.targets.scalar_type(), at::kLong);
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"normal", "af", "other"}));
  EXPECT_EQ(group_names(data.groups).size(), 7U);
  EXPECT_EQ(test::listed(data.targets.narrow(0, 0, 9)), (std::vector<double>{0, 0, 0, 1, 1, 1, 2, 2, 2}));
}

TEST(SimulatedRhythms, SeedFixesEveryByte) {
  const Dataset data = simulate_rhythms({.seed = 3, .windows = 12});
  EXPECT_EQ(hash_of(data.inputs), "15b84554ef123727");
  EXPECT_FALSE(data.inputs.equal(simulate_rhythms({.seed = 4, .windows = 12}).inputs));
}

/// Mean over rows of the coefficient of variation of the intervals between R waves.
double irregularity(const Dataset& data, int64_t label) {
  double sum = 0;
  int64_t rows = 0;
  for (int64_t row = 0; row < data.rows(); ++row) {
    if (data.targets[row].item<int64_t>() != label) continue;
    const std::vector<double> x = test::listed(data.inputs[row][0]);
    std::vector<double> intervals;
    for (size_t i = 1, last = 0; i + 1 < x.size(); ++i) {
      if (x[i] < 0.75 || x[i] < x[i - 1] || x[i] <= x[i + 1] || (last != 0 && i - last < 16)) continue;
      if (last != 0) intervals.push_back(static_cast<double>(i - last));
      last = i;
    }
    double mean = 0, square = 0;
    for (const double interval : intervals) mean += interval, square += interval * interval;
    const auto count = static_cast<double>(intervals.size());
    if (count < 3) continue;
    mean /= count;
    sum += std::sqrt(std::max(0.0, square / count - mean * mean)) / mean;
    ++rows;
  }
  return sum / static_cast<double>(rows);
}

TEST(SimulatedRhythms, FibrillationIsIrregularAndSinusIsNot) {
  const Dataset data = simulate_rhythms({.windows = 300});
  EXPECT_LT(irregularity(data, 0), 0.1);
  EXPECT_GT(irregularity(data, 1), 0.15);
}

/// How far the signal rises above its first second, the median of its class.
double rise(const Dataset& data, int64_t label) {
  std::vector<double> rises;
  for (int64_t row = 0; row < data.rows(); ++row) {
    if (data.targets[row].item<int64_t>() != label) continue;
    const at::Tensor x = data.inputs[row][0];
    rises.push_back((x.narrow(0, 1536, 1280).mean() - x.narrow(0, 0, 512).mean()).item<double>());
  }
  std::nth_element(rises.begin(), rises.begin() + std::ssize(rises) / 2, rises.end());
  return rises[rises.size() / 2];
}

TEST(SimulatedElectrodermal, IsFiveClassesOfTwentySubjects) {
  const Dataset data = simulate_electrodermal({.missing_ratio = 0});
  verify(data);
  EXPECT_EQ(data.inputs.sizes(), (std::vector<int64_t>{400, 1, 2816}));
  EXPECT_EQ(data.rate_hz, 512);
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"baseline", "pain1", "pain2", "pain3", "pain4"}));
  EXPECT_EQ(group_names(data.groups).size(), 20U);
  for (int64_t subject = 0; subject < 20; ++subject)
    for (int64_t label = 0; label < 5; ++label)
      EXPECT_EQ(data.targets.narrow(0, 20 * subject, 20).eq(label).sum().item<int64_t>(), 4) << subject;
}

TEST(SimulatedElectrodermal, StrongerStimuliRaiseTheSkinsConductance) {
  const Dataset data = simulate_electrodermal({.windows = 1000, .missing_ratio = 0});
  EXPECT_LT(std::abs(rise(data, 0)), 0.02);
  EXPECT_GT(rise(data, 3), rise(data, 0) + 0.02);
  EXPECT_GT(rise(data, 4), rise(data, 3) + 0.05);
}

TEST(SimulatedElectrodermal, SomeWindowsMissSamples) {
  const Dataset data = simulate_electrodermal({.windows = 400});
  const int64_t missing = data.inputs.isnan().any(2).sum().item<int64_t>();
  EXPECT_GT(missing, 8);
  EXPECT_LT(missing, 40);
}

TEST(SimulatedElectrodermal, SeedFixesEveryByteAndMoreWindowsKeepTheFirst) {
  const Dataset one = simulate_electrodermal({.seed = 3, .windows = 40, .missing_ratio = 0});
  const Dataset more = simulate_electrodermal({.seed = 3, .windows = 60, .missing_ratio = 0});
  EXPECT_TRUE(one.inputs.equal(more.inputs.narrow(0, 0, 40)));
  EXPECT_TRUE(one.targets.equal(more.targets.narrow(0, 0, 40)));
  EXPECT_EQ(hash_of(one.inputs), "bef04f911e58b13d");
}

TEST(SimulatedAccelerometer, IsFourClassesOfTwentySubjects) {
  const Dataset data = simulate_accelerometer({});
  verify(data);
  EXPECT_EQ(data.inputs.sizes(), (std::vector<int64_t>{480, 3, 300}));
  EXPECT_EQ(data.rate_hz, 30);
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"walk", "rest", "sleep", "gestures"}));
  EXPECT_EQ(group_names(data.groups).size(), 20U);
  for (int64_t subject = 0; subject < 20; ++subject)
    for (int64_t label = 0; label < 4; ++label)
      EXPECT_EQ(data.targets.narrow(0, 24 * subject, 24).eq(label).sum().item<int64_t>(), 6) << subject;
  EXPECT_EQ(data.times[25].item<double>(), 10);
}

TEST(SimulatedAccelerometer, MovesAsMuchAsItsActivities) {
  const Dataset data = simulate_accelerometer({});
  const at::Tensor moved = data.inputs.std(2, false).mean(1), length = data.inputs.mean(2).square().sum(1).sqrt();
  const auto middle = [&](const at::Tensor& values, int64_t label) {
    return values.masked_select(data.targets.eq(label)).median().item<double>();
  };
  EXPECT_LT(middle(moved, 2), middle(moved, 1));  // sleep stirs less than rest
  EXPECT_LT(middle(moved, 1), 0.5 * middle(moved, 3));
  EXPECT_LT(middle(moved, 1), 0.5 * middle(moved, 0));
  for (const int64_t still : {1, 2}) EXPECT_NEAR(middle(length, still), 1, 0.03);  // gravity alone
}

TEST(SimulatedAccelerometer, SeedFixesEveryByteAndMoreWindowsKeepTheFirst) {
  const Dataset one = simulate_accelerometer({.seed = 3, .windows = 40});
  const Dataset more = simulate_accelerometer({.seed = 3, .windows = 60});
  EXPECT_TRUE(one.inputs.equal(more.inputs.narrow(0, 0, 40)));
  EXPECT_TRUE(one.targets.equal(more.targets.narrow(0, 0, 40)));
  EXPECT_EQ(hash_of(one.inputs), "d658f161e84d8cdc");
}

TEST(SimulatedAccelerometer, WindowsHaveTheLengthAskedFor) {
  EXPECT_EQ(simulators().at("accelerometer").simulate({.windows = 2, .seconds = 5}).inputs.size(2), 150);
  EXPECT_EQ(simulators().at("accelerometer").simulate({.windows = 2, .seconds = 30}).inputs.size(2), 900);
  EXPECT_FALSE(simulators().at("ppg").any_length());
}

TEST(Simulators, AreListedAndRunByName) {
  EXPECT_EQ(simulators().names(), (std::vector<std::string>{"accelerometer", "electrodermal", "ppg", "rhythm"}));
  for (const Simulator& simulator : simulators())
    EXPECT_EQ(simulator.simulate({.windows = 7, .seed = 1}).rows(), 7) << simulator.name;
  EXPECT_EQ(error_of([] { simulators().at("pgp"); }),
            "unknown simulator 'pgp'; known: accelerometer, electrodermal, ppg, rhythm (did you mean 'ppg'?)");
}

TEST(Simulators, Refusals) {
  EXPECT_EQ(error_of([] { simulate_accelerometer({.window_samples = 1}); }),
            "simulate_accelerometer: window_samples makes no sense (expected at least 2, got 1)");
  EXPECT_EQ(error_of([] { simulate_ppg({.windows = 0}); }),
            "simulate_ppg: windows makes no sense (expected at least 1, got 0)");
  EXPECT_EQ(error_of([] { simulate_ppg({.window_samples = 1}); }),
            "simulate_ppg: window_samples makes no sense (expected at least 2, got 1)");
  EXPECT_EQ(error_of([] { simulate_ppg({.rate_hz = 0}); }),
            "simulate_ppg: rate_hz is out of range (expected 16 to 1000 Hz, got 0)");
  EXPECT_EQ(error_of([] { simulate_ppg({.windows_per_subject = 0}); }),
            "simulate_ppg: windows_per_subject makes no sense (expected at least 1, got 0)");
  EXPECT_EQ(error_of([] { simulate_ppg({.artifact_ratio = 0.95}); }),
            "simulate_ppg: artifact_ratio is out of range (expected 0 to 0.9, got 0.95)");
  EXPECT_EQ(error_of([] { simulate_electrodermal({.missing_ratio = 2}); }),
            "simulate_electrodermal: missing_ratio is out of range (expected 0 to 1, got 2)");
  EXPECT_EQ(error_of([] { simulate_rhythms({.windows = 0}); }),
            "simulate_rhythms: windows makes no sense (expected at least 1, got 0)");
  EXPECT_EQ(error_of([] { simulate_rhythms({.windows_per_record = 0}); }),
            "simulate_rhythms: windows_per_record makes no sense (expected at least 1, got 0)");
}

}  // namespace
}  // namespace lathe
