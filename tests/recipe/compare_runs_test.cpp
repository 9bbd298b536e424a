/// Two runs side by side, fold by fold or seed by seed: from made-up metrics, so that every sentence can be checked.
#include "lathe/recipe/compare_runs.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lathe/base/files.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

class Compare : public testing::Test {
 protected:
  ScratchFolder folder_;

  void write(const std::string& name, const json& metrics, const json& manifest) const {
    make_folder(folder_ / name);
    write_atomic(folder_ / name / "metrics.json", metrics.dump());
    write_atomic(folder_ / name / "manifest.json", manifest.dump());
  }
  void folds(const std::string& name, const std::vector<double>& values, const std::string& data = "x",
             const std::string& rows = "r") const {
    json metrics = {{"primary", "dice"}, {"folds", json::array()}};
    for (size_t i = 0; i < values.size(); ++i)
      metrics["folds"].push_back({{"name", "fold-" + std::to_string(i)},
                                  {"train_rows", 40},
                                  {"test_rows", 10},
                                  {"rows", rows},
                                  {"metrics", {{"dice", values[i]}, {"mae", -values[i]}}}});
    write(name, metrics, {{"data", {{"x.npy", data}}}});
  }
  void seeds(const std::string& name, const std::vector<double>& values, int64_t first = 0) const {
    write(name,
          {{"primary", "dice"},
           {"controls",
            {{"metric", "dice"},
             {"seeds", values.size()},
             {"arms",
              {{{"name", "before the steps"}, {"values", {9, 9}}},
               {{"name", "as the recipe says"}, {"values", values}}}}}}},
          {{"data", {{"x.npy", "x"}}}, {"seed", first}, {"rows", {{"test", 10}}}});
  }
  json compared(const std::string& metric = "") const { return compare_runs(folder_ / "a", folder_ / "b", metric); }
  std::string said(const std::string& metric = "") const {
    const std::string text = error_of([&] { compared(metric); }), here = folder_.path().string() + "/";
    std::string plain = text;
    for (size_t at = plain.find(here); at != std::string::npos; at = plain.find(here)) plain.erase(at, here.size());
    return plain;
  }
};

TEST_F(Compare, FoldsInPairs) {
  folds("a", {0.80, 0.82, 0.78, 0.81, 0.79});
  folds("b", {0.83, 0.86, 0.80, 0.86, 0.80});
  const json result = compared();
  EXPECT_EQ(result.at("over"), "fold");
  EXPECT_NEAR(result.at("difference").at("mean").get<double>(), 0.03, 1e-12);
  EXPECT_NEAR(result.at("difference").at("low").get<double>(), 0.010368, 1e-5);  // scipy.stats.ttest_rel
  EXPECT_NEAR(result.at("difference").at("corrected_low").get<double>(), 0.000552, 1e-5);
  EXPECT_EQ(result.at("wilcoxon").at("p"), 0.0625);
  EXPECT_EQ(
      result.at("sentences"),
      json({"B's dice is 0.0300 higher on average (95% interval +0.0104 to +0.0496, +0.0006 to +0.0594 allowing for "
            "shared training rows); B did better in 5 of 5 folds.",
            "Wilcoxon's signed-rank test: p = 0.0625 (exact, 5 folds that differ); so few can never come below 0.0625.",
            "B did better than A beyond what these folds vary by."}));
}

TEST_F(Compare, SmallerMayBeBetter) {
  folds("a", {0.80, 0.82});
  folds("b", {0.83, 0.86});
  const json result = compared("mae");
  EXPECT_TRUE(result.at("smaller_is_better").get<bool>());
  EXPECT_NE(result.at("sentences")[0].get<std::string>().find("lower on average"), std::string::npos);
  EXPECT_NE(result.at("sentences")[0].get<std::string>().find("B did better in 2 of 2 folds."), std::string::npos);
}

TEST_F(Compare, EqualRunsAreSaidToBeEqual) {
  folds("a", {0.80, 0.82});
  folds("b", {0.80, 0.82});
  EXPECT_EQ(compared().at("sentences"), json({"No fold differs: both have the same dice everywhere."}));
}

TEST_F(Compare, FoldsWhereAMetricIsNotDefinedAreLeftOut) {
  folds("a", {0.80, 0.82, NAN});
  folds("b", {0.83, 0.81, 0.5});
  const json result = compared();
  EXPECT_EQ(result.at("sentences")[0], "1 fold is left out: 'dice' is not defined there.");
  EXPECT_EQ(result.at("wilcoxon").at("pairs"), 2);
  EXPECT_NE(comparison_text(result).find("fold-2                             -      0.5000           -"),
            std::string::npos)
      << comparison_text(result);
}

TEST_F(Compare, SeedsOfControlsInPairs) {
  seeds("a", {0.80, 0.82, 0.78}, 3);
  seeds("b", {0.81, 0.80, 0.80}, 3);
  const json result = compared();
  EXPECT_EQ(result.at("over"), "seed");
  EXPECT_EQ(result.at("pairs")[0].at("name"), "seed 3");
  EXPECT_FALSE(result.at("difference").contains("corrected_low"));
  EXPECT_EQ(result.at("sentences")[2], "These seeds cannot tell the two apart: the interval holds 0.");
  seeds("b", {0.81, 0.80, 0.80}, 4);
  EXPECT_EQ(said(), "a and b: were made with seeds 3 to 5 and 4 to 6 (expected the same)");
  EXPECT_EQ(said("mae"), "a: its [controls] measured 'dice' only (expected 'mae')");
}

TEST_F(Compare, WhatCannotBeComparedIsSaid) {
  folds("a", {0.80, 0.82});
  EXPECT_EQ(said(), "b: holds no finished run (metrics.json is not there)");
  folds("b", {0.80});
  EXPECT_EQ(said(), "a and b: have 2 and 1 folds (expected the same); give both the same [split]");
  folds("b", {0.80, 0.82}, "y");
  EXPECT_EQ(said(), "a and b: were made with other data (x.npy is not the same; see their manifest.json)");
  folds("b", {0.80, 0.82}, "x", "other");
  EXPECT_EQ(said(), "a and b: fold 'fold-0' tests other rows in one than in the other; give both the same [split]");
  folds("b", {0.80, 0.82});
  EXPECT_EQ(said("dise"), "a: unknown metric 'dise'; known: dice, mae (did you mean 'dice'?)");
  seeds("b", {0.80, 0.82});
  EXPECT_EQ(said(), "a and b: one was run over folds, the other over seeds");
  write("b", {{"primary", "dice"}}, json::object());
  EXPECT_EQ(said(),
            "b: is one training (expected a run of a recipe with [split], or with [controls] seeds = 2 or more)");
  write("b", {{"folds", {7, 7}}, {"primary", "dice"}}, {{"data", {{"x.npy", "x"}}}});
  EXPECT_EQ(said(), "a and b: metrics.json is not what a run leaves; run the recipes again");
}

TEST_F(Compare, TwoStepsOfOneRun) {
  json metrics = {{"primary", "dice"}, {"folds", json::array()}};
  for (const double value : {0.1, 0.2, 0.3})
    metrics["folds"].push_back({{"name", fmt::format("fold {}", value)},
                                {"train_rows", 40},
                                {"test_rows", 10},
                                {"rows", "r"},
                                {"metrics", {{"dice", 9}}},
                                {"steps",
                                 {{{"step", "scratch"}, {"metrics", {{"dice", value}}}},
                                  {{"step", "all"}, {"metrics", {{"dice", value + 0.25}}}}}}});
  write("a", metrics, {{"data", json::object()}});
  const json result = compare_runs({folder_ / "a", "scratch"}, {folder_ / "a", "all"});
  EXPECT_NEAR(result.at("difference").at("mean").get<double>(), 0.25, 1e-12);
  EXPECT_EQ(result.at("b"), (folder_ / "a").string() + " after 'all'");
  EXPECT_EQ(error_of([&] { compare_runs({folder_ / "a", "scrath"}, folder_ / "a"); }),
            (folder_ / "a").string() +
                " after 'scrath': unknown step 'scrath'; known: all, scratch (did you mean "
                "'scratch'?)");
  EXPECT_EQ(error_of([&] { compare_runs({folder_ / "a", "all"}, {folder_ / "a", "all"}, "kappa"); }),
            (folder_ / "a").string() + " after 'all': unknown metric 'kappa'; known: dice");
  seeds("c", {0.5, 0.6});
  EXPECT_EQ(error_of([&] { compare_runs({folder_ / "c", "all"}, folder_ / "c"); }),
            (folder_ / "c").string() +
                " after 'all': was run over seeds, whose steps are not kept apart (expected a run "
                "with [split])");
}

}  // namespace
}  // namespace lathe
