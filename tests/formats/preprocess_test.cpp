/// A model file carries its front end and its cleaning, older files have none, and features or recordings that went
/// through others are refused.
#include "lathe/formats/preprocess.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>

#include <nlohmann/json.hpp>

#include "lathe/data/cleaning/clean.h"
#include "lathe/data/transforms.h"
#include "lathe/formats/preprocessing_json.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using nlohmann::json;
using test::error_of;

Preprocessing with_log_mel(double n_mels = 40) {
  Preprocessing settings{.rate_hz = 8000, .normalize = "zscore", .task = "classification"};
  settings.front_end = resolve_front_end(
      {"log_mel", {{"n_mels", n_mels}, {"n_fft", 256}, {"win_length", 200}, {"hop_length", 80}}}, 8000);
  return settings;
}

Dataset recordings() {
  Dataset data;
  data.name = "speech";
  data.inputs = at::rand({3, 1, 800});
  return data;
}

TEST(Preprocess, TheFrontEndIsSavedAndComesBack) {
  const Preprocessing settings = with_log_mel();
  EXPECT_EQ(preprocessing_from_json(preprocessing_to_json(settings)), settings);
  const json saved = json::parse(preprocessing_to_json(settings));
  EXPECT_EQ(saved.at("front_end").at("kind"), "log_mel");
  EXPECT_EQ(saved.at("front_end").at("fmax"), 4000);
}

TEST(Preprocess, FilesFromBeforeFrontEndsHaveNone) {
  const std::string text = preprocessing_to_json({.rate_hz = 64});
  EXPECT_FALSE(json::parse(text).contains("front_end"));
  EXPECT_EQ(preprocessing_from_json(text).front_end, FrontEnd{});
}

Preprocessing with_smoothing() {
  return {.class_names = {"sits", "walks"},
          .task = "classification",
          .hidden_markov = {{.25, .75}, {.5, .5, .125, .875}, {1, 0, .25, .75}}};
}

TEST(Preprocess, SmoothingOfClassesIsSavedAndComesBack) {
  EXPECT_EQ(preprocessing_from_json(preprocessing_to_json(with_smoothing())), with_smoothing());
  const json saved = json::parse(preprocessing_to_json(with_smoothing()));
  EXPECT_EQ(saved.at("hidden_markov").at("transition"), json({{.5, .5}, {.125, .875}}));
  EXPECT_FALSE(json::parse(preprocessing_to_json({})).contains("hidden_markov"));
}

TEST(Preprocess, TamperedSmoothingIsOneSentence) {
  const auto refusal = [](const std::function<void(json&)>& damage) {
    json saved = json::parse(preprocessing_to_json(with_smoothing()));
    damage(saved);
    return error_of([&] { preprocessing_from_json(saved.dump()); });
  };
  EXPECT_EQ(refusal([](json& saved) { saved["hidden_markov"] = 3; }),
            "hidden_markov is number (expected an object of tables)");
  EXPECT_EQ(refusal([](json& saved) { saved["hidden_markov"].erase("emission"); }),
            "hidden_markov: 'emission' is missing");
  EXPECT_EQ(refusal([](json& saved) { saved["hidden_markov"]["start"] = {.5, .25}; }),
            "hidden Markov model: row 0 of 'start' is no distribution (its sum is 0.75)");
  EXPECT_EQ(refusal([](json& saved) { saved["hidden_markov"]["transition"].erase(1); }),
            "hidden Markov model: 'transition' has 2 numbers (expected 4)");
  EXPECT_EQ(refusal([](json& saved) { saved["class_names"] = {"a", "b", "c"}; }),
            "hidden Markov model: it has 2 classes (expected 3, as many as have names)");
  EXPECT_EQ(refusal([](json& saved) { saved["task"] = "segmentation"; }),
            "hidden Markov model: it smooths classes (expected the task classification)");
}

TEST(Preprocess, ATamperedFrontEndIsOneSentence) {
  const auto refusal = [](const std::function<void(json&)>& damage) {
    json saved = json::parse(preprocessing_to_json(with_log_mel()));
    damage(saved);
    return error_of([&] { preprocessing_from_json(saved.dump()); });
  };
  EXPECT_EQ(refusal([](json& saved) { saved["front_end"] = 3; }),
            "front_end is number (expected an object with its kind)");
  EXPECT_EQ(refusal([](json& saved) { saved["front_end"].erase("kind"); }),
            "front_end is without a kind (expected an object with its kind)");
  EXPECT_EQ(refusal([](json& saved) { saved["front_end"]["n_mels"] = "many"; }),
            "front_end's 'n_mels' is string (expected a number)");
  EXPECT_EQ(refusal([](json& saved) { saved["front_end"].erase("n_mels"); }),
            "front_end 'log_mel': 'n_mels' is missing");
  EXPECT_EQ(refusal([](json& saved) { saved["front_end"]["n_fft"] = 1e9; }),
            "front end 'log_mel': n_fft is 1000000000 (expected a whole number from 1 to 65536)");
  EXPECT_EQ(refusal([](json& saved) { saved["rate_hz"] = 0; }), "front_end 'log_mel' needs rate_hz (got 0)");
}

TEST(Preprocess, RowsAreNormalisedThenGoThroughTheFrontEnd) {
  const Dataset data = recordings();
  const Preprocessing settings = with_log_mel();
  const at::Tensor expected =
      apply_front_end(settings.front_end, transforms().at("zscore").apply(data.inputs), settings.rate_hz);
  EXPECT_TRUE(at::equal(preprocess(settings, data.inputs), expected));
  EXPECT_EQ(input_shape_of(settings, data), Shape({1, 1, 40, 10}));
}

TEST(Preprocess, FeaturesAreTakenAsTheyAre) {
  Dataset features = recordings();
  features.inputs = preprocess(with_log_mel(), features.inputs);
  features.features = preprocess_settings(with_log_mel());
  EXPECT_TRUE(at::equal(inputs_of(with_log_mel(), features, 1, 2), features.inputs.narrow(0, 1, 2)));
}

TEST(Preprocess, FeaturesOfAnotherFrontEndAreRefused) {
  Dataset features = recordings();
  features.features = preprocess_settings(with_log_mel(64));
  EXPECT_EQ(error_of([&] { inputs_of(with_log_mel(), features, 0, 1); }),
            "speech: its features have n_mels = 64 (the model's front end has n_mels = 40)");
  EXPECT_EQ(error_of([&] { inputs_of({}, features, 0, 1); }),
            "speech: its features are of the front end 'log_mel' (the model's is 'none')");
  Preprocessing quiet = with_log_mel(64);
  quiet.normalize = "none";
  EXPECT_EQ(error_of([&] { inputs_of(quiet, features, 0, 1); }),
            "speech: its features have normalize = zscore (the model's front end has normalize = none)");
}

TEST(Preprocess, FeaturesThatNobodyNamedAreNoRecordings) {
  Dataset features = recordings();
  features.inputs = at::rand({3, 1, 40, 10});
  EXPECT_EQ(
      error_of([&] { inputs_of(with_log_mel(), features, 0, 1); }),
      "speech: rows are [1, 40, 10] (expected recordings [C, T]: the model computes features itself, with its front "
      "end 'log_mel')");
}

Preprocessing with_cleaning() {
  Preprocessing settings{.rate_hz = 512, .task = "classification"};
  settings.cleaning = {resolve_cleaner({"missing", {}}), resolve_cleaner({"savgol", {{"window", 7.0}}}),
                       resolve_cleaner({"length", {{"samples", 2816.0}}})};
  return settings;
}

TEST(Preprocess, CleaningIsSavedAndComesBack) {
  const Preprocessing settings = with_cleaning();
  EXPECT_EQ(preprocessing_from_json(preprocessing_to_json(settings)), settings);
  EXPECT_EQ(json::parse(preprocessing_to_json(settings)).at("cleaning"),
            json::parse(R"([{"kind": "missing", "rule": "interpolate"}, {"kind": "savgol", "order": 2.0, "window": 7.0},
                            {"kind": "length", "samples": 2816.0}])"));
  EXPECT_FALSE(json::parse(preprocessing_to_json({.rate_hz = 64})).contains("cleaning"));
  EXPECT_EQ(preprocess_settings(settings).at("cleaning"),
            "missing (rule = interpolate), savgol (order = 2, window = 7), length (samples = 2816)");
}

TEST(Preprocess, TamperedCleaningIsOneSentence) {
  const auto refusal = [](const std::function<void(json&)>& damage) {
    json saved = json::parse(preprocessing_to_json(with_cleaning()));
    damage(saved["cleaning"]);
    return error_of([&] { preprocessing_from_json(saved.dump()); });
  };
  EXPECT_EQ(refusal([](json& steps) { steps = 3; }), "cleaning is number (expected a list of steps)");
  EXPECT_EQ(refusal([](json& steps) { steps[0] = "missing"; }),
            "a step of cleaning is string (expected an object with its kind)");
  EXPECT_EQ(refusal([](json& steps) { steps[0].erase("kind"); }),
            "a step of cleaning is without a kind (expected an object with its kind)");
  EXPECT_EQ(refusal([](json& steps) { steps[0]["rule"] = true; }),
            "cleaner 'missing': 'rule' is boolean (expected a number or a word)");
  EXPECT_EQ(refusal([](json& steps) { steps[1].erase("order"); }), "cleaner 'savgol': 'order' is missing");
  EXPECT_EQ(refusal([](json& steps) { steps[2]["samples"] = 1e12; }),
            "cleaner 'length': samples is 1000000000000 (expected a whole number from 0 to 16777216)");
  EXPECT_EQ(refusal([](json& steps) { steps[1]["kind"] = "savgoll"; }),
            "unknown cleaner 'savgoll'; known: length, minmax, missing, outliers, savgol (did you mean 'savgol'?)");
}

TEST(Preprocess, RecordingsThatWereCleanedOtherwiseAreRefused) {
  Dataset data = recordings();
  EXPECT_EQ(error_of([&] { inputs_of(with_cleaning(), data, 0, 1); }),
            "speech: its recordings went through nothing (the model's go through missing (rule = interpolate), savgol "
            "(order = 2, window = 7), length (samples = 2816))");
  data = clean(data, with_cleaning().cleaning);
  EXPECT_EQ(input_shape_of(with_cleaning(), data), Shape({1, 1, 2816}));
  EXPECT_EQ(error_of([&] { inputs_of({}, data, 0, 1); }),
            "speech: its recordings went through missing (rule = interpolate), savgol (order = 2, window = 7), length "
            "(samples = 2816) (the model's go through nothing)");
}

}  // namespace
}  // namespace lathe
