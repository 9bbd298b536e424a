/// Sweeps: cells in order, one process each, going on after failures, means and deviations.
#include "lathe/recipe/sweep.h"

#include <cmath>

#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;
using nlohmann::json;

TEST(SweepCells, TheLastAxisRunsFastestAndRepeatsInnermost) {
  const std::vector<SweepCell> cells = sweep_cells({{{"model.kernels", {"4", "8"}}, {"train.batch", {"1", "2"}}}, 2});
  ASSERT_EQ(cells.size(), 8U);
  EXPECT_EQ(cells[0].name, "model.kernels=4_train.batch=1_repeat=0");
  EXPECT_EQ(cells[1].name, "model.kernels=4_train.batch=1_repeat=1");
  EXPECT_EQ(cells[2].name, "model.kernels=4_train.batch=2_repeat=0");
  EXPECT_EQ(cells[7].name, "model.kernels=8_train.batch=2_repeat=1");
  EXPECT_EQ(cells[7].assignments, (std::vector<std::string>{"model.kernels=8", "train.batch=2"}));
  EXPECT_EQ(cells[7].repeat, 1);
}

TEST(SweepCells, NamesAreFileNames) {
  EXPECT_EQ(sweep_cells({{{"data.inputs", {"\"a/b c.npy\""}}}, 1}).at(0).name, "data.inputs=-a-b-c.npy-_repeat=0");
  EXPECT_EQ(sweep_cells({}).at(0).name, "repeat=0");
  EXPECT_EQ(error_of([] { sweep_cells({{{"model.kernels", {"4", "4"}}}, 1}); }),
            "sweep: cell 'model.kernels=4_repeat=0' is there twice; give each value once");
}

TEST(SweepAxis, IsReadFromTheCommandLine) {
  EXPECT_EQ(parse_axis("model.kernels=4,8,16").values, (std::vector<std::string>{"4", "8", "16"}));
  EXPECT_EQ(parse_axis("train.optimizer=adam,sgd").values, (std::vector<std::string>{"adam", "sgd"}));
  EXPECT_EQ(parse_axis("model.kernels=[24, 12],[8, 4]").values, (std::vector<std::string>{"[24, 12]", "[8, 4]"}));
  for (const char* text : {"model.kernels", "=4", "model.kernels="})
    EXPECT_EQ(error_of([&] { parse_axis(text); }),
              std::string("--grid ") + text + ": is no axis (expected key=value,value,…)");
}

TEST(SweepSection, IsReadFromTheRecipe) {
  const SweepSection section =
      sweep_section(parse_toml("[sweep]\nrepeats = 3\n[sweep.grid]\n\"model.kernels\" = [4, 8]\n", "r.toml"));
  EXPECT_EQ(section.repeats, 3);
  EXPECT_EQ(section.grid.at(0).key, "model.kernels");
  EXPECT_EQ(section.grid.at(0).values, (std::vector<std::string>{"4", "8"}));
  EXPECT_EQ(error_of([] { sweep_section(parse_toml("[sweep]\nrepeat = 3\n", "r.toml")); }),
            "r.toml:2: unknown key 'repeat'; known: grid, repeats (did you mean 'repeats'?)");
  EXPECT_EQ(error_of([] { sweep_section(parse_toml("[sweep.grid]\n\"model.kernels\" = 4\n", "r.toml")); }),
            "r.toml:2: 'model.kernels' has the wrong type (expected a list of values)");
}

TEST(SweepCombinations, ASlipInTheGridShowsBeforeTheFirstCell) {
  const Settings recipe = parse_toml(kSmallRecipe, "r.toml");
  const auto refusal = [&](const SweepAxis& axis) {
    return error_of([&] { check_combinations(recipe, {{{"model.kernels", {"2", "3"}}, axis}, 2}); });
  };
  EXPECT_EQ(
      refusal(parse_axis("train.epohcs=1,2")),
      "--grid train.epohcs=1: unknown key 'epohcs'; known: accumulate, batch, checkpoint_seconds, checkpoint_steps, "
      "class_weights, clip_norm, clip_value, epochs, freeze, kernel_method, loss, min_delta, monitor, optimizer, "
      "patience, "
      "regularizer, restore_best, schedule, shuffle, shuffle_buffer "
      "(did you mean "
      "'epochs'?)");
  EXPECT_EQ(refusal(parse_axis("train.batch=4,half")),
            "--grid train.batch=half: 'batch' has the wrong type (expected a whole number, got 'half')");
  EXPECT_EQ(
      refusal(parse_axis("train.optimizer.kind=adam,adan")),
      "--grid train.optimizer.kind=adan: unknown optimizer 'adan'; known: adam, adamw, sgd (did you mean 'adam'?)");
  EXPECT_EQ(refusal({"train.batch", {"0.5"}, "r.toml:30"}),
            "r.toml:30: 'batch' has the wrong type (expected a whole number, got 0.5)");
  EXPECT_NO_THROW(check_combinations(recipe, {{{"model.kernels", {"2", "3"}}, {"train.batch", {"1", "4"}}}, 2}));
}

class Sweeping : public testing::Test {
 protected:
  ScratchFolder folder_;
  SweepOptions options_;
  void SetUp() override {
    write_atomic(folder_ / "small.toml", kSmallRecipe);
    options_.out = folder_ / "sweep";
    options_.jobs = 2;
    options_.command = {(build_folder() / "libexec/lathe/lathe-core").string(), "run",
                        (folder_ / "small.toml").string(), "--threads", "1"};
  }
  fs::path cell(const std::string& name) const { return folder_ / "sweep" / "cells" / name; }
};

TEST_F(Sweeping, MeanAndDeviationAreThoseOfTheCells) {
  const json row = sweep(sweep_cells({{{"model.kernels", {"2"}}}, 2}), options_).at("rows").at(0);
  double values[2];
  for (int repeat : {0, 1})
    values[repeat] = json::parse(read_text(cell(fmt::format("model.kernels=2_repeat={}", repeat)) / "metrics.json"))
                         .at("sets")
                         .at("small")
                         .at("dice")
                         .get<double>();
  EXPECT_NE(values[0], values[1]);  // each repeat has a seed of its own
  const json dice = row.at("metrics").at("small").at("dice");
  EXPECT_NEAR(dice.at("mean").get<double>(), (values[0] + values[1]) / 2, 1e-12);
  EXPECT_NEAR(dice.at("std").get<double>(), std::abs(values[0] - values[1]) / std::sqrt(2.0), 1e-12);
  EXPECT_EQ(dice.at("count"), 2);
  EXPECT_TRUE(fs::exists(folder_ / "sweep/sweep.csv"));
}

TEST_F(Sweeping, FinishedCellsAreNotRunAgain) {
  sweep(sweep_cells({{{"model.kernels", {"2"}}}, 1}), options_);
  const auto written = fs::last_write_time(cell("model.kernels=2_repeat=0") / "metrics.json");
  const json result = sweep(sweep_cells({{{"model.kernels", {"2", "3"}}}, 1}), options_);
  EXPECT_EQ(result.at("rows").size(), 2U);
  EXPECT_EQ(fs::last_write_time(cell("model.kernels=2_repeat=0") / "metrics.json"), written);
}

TEST_F(Sweeping, AFailingCellIsNamedAfterAllOthersAreDone) {
  const std::vector<SweepCell> cells = sweep_cells({{{"train.batch", {"0.5", "4"}}}, 1});
  EXPECT_EQ(error_of([&] { sweep(cells, options_); }),
            "sweep: cell 'train.batch=0.5_repeat=0' failed: --set train.batch=0.5: 'batch' has the wrong type "
            "(expected "
            "a whole number, got 0.5)");
  EXPECT_TRUE(fs::exists(cell("train.batch=4_repeat=0") / "metrics.json"));
  EXPECT_EQ(json::parse(read_text(folder_ / "sweep/sweep.json")).at("rows").size(), 1U);
}

TEST_F(Sweeping, AFailureKeepsItsExitCode) {
  const auto code_of = [&](const std::string& assignment) {
    options_.out = folder_ / assignment;
    const size_t equals = assignment.find('=');
    try {
      sweep(sweep_cells({{{assignment.substr(0, equals), {assignment.substr(equals + 1)}}}, 1}), options_);
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::ok;
  };
  EXPECT_EQ(code_of("train.batch=0.5"), ExitCode::usage);
  EXPECT_EQ(code_of("data.simulator_windows=3"), ExitCode::bad_input);
  options_.command.insert(options_.command.end(), {"--device", "cuda"});
  if (code_of("model.kernels=2") == ExitCode::ok) GTEST_SKIP() << "this machine has a GPU";
  EXPECT_EQ(code_of("model.kernels=3"), ExitCode::unsupported);
}

TEST_F(Sweeping, AStopLeavesTheRestForTheNextCall) {
  options_.jobs = 1;
  int asked = 0;
  options_.stop_requested = [&] { return ++asked > 1; };  // one cell is started, then no more
  const std::vector<SweepCell> cells = sweep_cells({{{"model.kernels", {"2", "3"}}}, 1});
  EXPECT_EQ(error_of([&] { sweep(cells, options_); }), "sweep: stopped; run the same command again to go on");
  EXPECT_TRUE(fs::exists(cell("model.kernels=2_repeat=0") / "metrics.json"));
  EXPECT_FALSE(fs::exists(cell("model.kernels=3_repeat=0")));
  options_.stop_requested = nullptr;
  EXPECT_EQ(sweep(cells, options_).at("rows").size(), 2U);
}

}  // namespace
}  // namespace lathe
