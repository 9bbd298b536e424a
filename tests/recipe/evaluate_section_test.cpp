/// [evaluate]: what goes into the model file, what is refused, and probabilities as the file says.
#include "lathe/recipe/evaluate_section.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/models/model_registry.h"
#include "lathe/recipe/evaluation_text.h"
#include "lathe/recipe/toml.h"
#include "lathe/signal/savgol.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;

std::string error_in(const std::string& text, const std::string& task = "segmentation") {
  return error_of([&] {
    Preprocessing preprocessing;
    preprocessing.task = task;
    evaluate_section(parse_toml(text, "r.toml"), preprocessing);
  });
}

TEST(EvaluateSection, SmoothingAndThresholdGoIntoTheModelFile) {
  Preprocessing preprocessing{.task = "segmentation"};
  const EvaluateSection section =
      evaluate_section(parse_toml("smooth_window = 151\nthreshold = 0.4\nunit = \"group\"\n", "r.toml"), preprocessing);
  EXPECT_EQ(preprocessing.smooth_window, 151);
  EXPECT_EQ(preprocessing.smooth_order, 3);
  EXPECT_EQ(preprocessing.threshold, 0.4);
  EXPECT_EQ(section.primary, "dice");
  EXPECT_EQ(section.unit, "group");
  EXPECT_EQ(section.sets, (std::vector<std::string>{"test"}));
}

TEST(EvaluateSection, MetricsThatDoNotApplyAreRefused) {
  EXPECT_EQ(error_in("primary = \"dise\"\n").rfind("r.toml:1: unknown metric 'dise'; known: ", 0), 0U)
      << error_in("primary = \"dise\"\n");
  const std::string sentence = error_in("a = 1\nmetrics = [\"dice\", \"mae\"]\n");
  EXPECT_EQ(sentence.rfind("r.toml:2: ", 0), 0U) << sentence;
  EXPECT_NE(sentence.find("mae"), std::string::npos) << sentence;
}

TEST(EvaluateSection, ClassesAreTakenAsNumbersOnlyWhenAsked) {
  Preprocessing preprocessing{.task = "classification"};
  const std::vector<std::string> names = evaluate_section(Settings("r.toml"), preprocessing).options.metrics;
  EXPECT_EQ(names, (std::vector<std::string>{"macro_f1", "accuracy", "precision", "recall", "sensitivity",
                                             "specificity", "auroc", "kappa", "ece"}));
  EXPECT_EQ(evaluate_section(parse_toml("metrics = [\"mae\"]\n", "r.toml"), preprocessing).options.metrics,
            std::vector<std::string>{"mae"});
}

TEST(EvaluateSection, SmoothingThatMakesNoSenseIsRefused) {
  EXPECT_EQ(error_in("smooth_window = 10\n"),
            "r.toml:1: savgol: the window has no centre (expected an odd number of samples, got 10)");
  EXPECT_EQ(error_in("smooth_window = 3\nsmooth_order = 3\n"),
            "r.toml:1: savgol: the order does not fit the window (expected 0 to 2, got 3)");
}

TEST(EvaluateSection, TheLedgerBeginsWithThePrimary) {
  Preprocessing preprocessing{.task = "classification"};
  const auto ledger = [&](const std::string& text) {
    return evaluate_section(parse_toml(text, "r.toml"), preprocessing).ledger;
  };
  EXPECT_EQ(ledger("resamples = 0\n"), std::vector<std::string>{"macro_f1"});
  EXPECT_EQ(ledger("ledger = [\"kappa\", \"macro_f1\"]\n"), (std::vector<std::string>{"macro_f1", "kappa"}));
  EXPECT_EQ(error_in("ledger = [\"kapa\"]\n").rfind("r.toml:1: unknown metric 'kapa'; known: ", 0), 0U);
}

TEST(EvaluateSection, SequencesAreSmoothedWhereAWindowHasAClass) {
  Preprocessing preprocessing{.task = "classification"};
  EXPECT_TRUE(evaluate_section(parse_toml("smoothing = \"hmm\"\n", "r.toml"), preprocessing).hidden_markov);
  EXPECT_EQ(error_in("smoothing = \"hmn\"\n", "classification"),
            "r.toml:1: unknown smoothing 'hmn'; known: hmm, none (did you mean 'hmm'?)");
  EXPECT_EQ(error_in("smoothing = \"hmm\"\n"),
            "r.toml:1: 'smoothing' has no effect on labels a sample; smooth_window counts with them");
}

TEST(EvaluationText, GroupsHaveATable) {
  Evaluation evaluation{.windows = 5, .samples = 5};
  evaluation.groups = {{"anna", 3, 3, 2, {{"kappa", 0.5}, {"ece", 0.125}}},
                       {"ben", 2, 2, 1, {{"kappa", std::nan("")}, {"ece", 0.25}}}};
  evaluation.across_groups = {{"kappa", 0.5, std::nan(""), 1}, {"ece", 0.1875, 0.08838834764831845, 2}};
  EXPECT_EQ(evaluation_text(evaluation),
            "5 windows, 5 samples\n"
            "\n"
            "\n"
            "group           windows  classes        kappa          ece\n"
            "anna                  3        2       0.5000       0.1250\n"
            "ben                   2        1            -       0.2500\n"
            "mean of 2                             0.5000*       0.1875\n"
            "std                                         -       0.0884\n"
            "* left out, for it is not defined: kappa for 1\n");
  const nlohmann::json details = evaluation_details(evaluation);
  EXPECT_TRUE(details.at("groups")[1].at("kappa").is_null());
  EXPECT_EQ(details.at("across_groups").at("kappa"), (nlohmann::json{{"mean", 0.5}, {"std", nullptr}, {"groups", 1}}));
}

TEST(EvaluationText, GroupsAreWorthATableWhereTheySayMoreThanRows) {
  EXPECT_TRUE(worth_a_table({"a", "b", "a"}));
  EXPECT_FALSE(worth_a_table({"a", "a"}));
  EXPECT_FALSE(worth_a_table({"a", "b"}));
  EXPECT_FALSE(worth_a_table({}));
}

class Predicting : public testing::Test {
 protected:
  Model model_;
  Dataset data_;
  void SetUp() override {
    at::manual_seed(3);
    Settings settings = parse_toml("kernels = 3\nlengths = [8]\nsamples = 200\n", "r.toml");
    model_ = {"kernel_segmenter",
              build_model("kernel_segmenter", settings),
              {.normalize = "zscore", .task = "segmentation"},
              {}};
    const at::NoGradGuard no_gradients;
    model_.graph.node("mix").params["weight"].normal_();
    data_.inputs = at::rand({70, 1, 200});  // more than one chunk
    data_.targets = at::rand({70, 200}).gt(0.5).to(at::kFloat);
  }
};

TEST_F(Predicting, ChunksDoNotShow) {
  const Tensor all = predict_probabilities(model_, data_);
  EXPECT_EQ(all.sizes(), at::IntArrayRef({70, 200}));
  EXPECT_TRUE(all.narrow(0, 66, 1).allclose(predict_probabilities(model_, data_.select({{66}})), 0, 1e-6));
}

TEST_F(Predicting, SmoothingIsThatOfTheModelFileUnlessLeftOut) {
  const Tensor raw = predict_probabilities(model_, data_);
  model_.preprocessing.smooth_window = 31;
  model_.preprocessing.smooth_order = 3;
  EXPECT_TRUE(at::equal(predict_probabilities(model_, data_, false), raw));
  EXPECT_TRUE(predict_probabilities(model_, data_).allclose(savgol(raw, 31, 3)));
}

TEST_F(Predicting, GroupsMustBeThereWhenTheyAreTheUnit) {
  data_.name = "small";
  EXPECT_EQ(error_of([&] { scores_of(model_, data_, "group"); }),
            "small: has no groups (expected with unit = \"group\"); give [data] groups");
  data_.targets = Tensor();
  EXPECT_EQ(error_of([&] { scores_of(model_, data_, "window"); }), "small: has no targets to evaluate against");
}

TEST_F(Predicting, UndefinedMetricsAreNull) {
  data_.targets = at::zeros({70, 200});
  const Evaluation evaluation = evaluate(scores_of(model_, data_, "window"), {.bootstrap = {.resamples = 0}});
  EXPECT_TRUE(metric_values(evaluation).at("auroc").is_null());
  EXPECT_EQ(evaluation_details(evaluation).at("samples"), 70 * 200);
}

}  // namespace
}  // namespace lathe
