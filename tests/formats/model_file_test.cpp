/// Model files: what is saved comes back whole, and what cannot be a model is refused in one sentence.
#include "lathe/formats/model_file.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "lathe/base/files.h"
#include "lathe/base/rng.h"
#include "lathe/exec/run.h"
#include "lathe/formats/graph_json.h"
#include "lathe/formats/load_weights.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using nlohmann::json;
using test::error_of;
using test::ScratchFolder;

/// conv -> batch norm -> relu -> mean over time -> linear
Graph small_graph() {
  Builder builder;
  Value x = builder.input("signal", {2, 16});
  x = conv(x, "stem", {.out = 3, .kernel = 4, .same = true});
  x = relu(batch_norm(x, "norm"), "active");
  return builder.finish({linear(global_average_pool(x, "mean"), "head", {.out = 2})});
}

Model small_model() {
  Model model{"small", small_graph()};
  model.preprocessing = {.rate_hz = 64,
                         .normalize = "zscore",
                         .class_names = {"clean", "artifact"},
                         .task = "segmentation",
                         .smooth_window = 151,
                         .smooth_order = 3,
                         .threshold = 0.25};
  model.notes = {{"trained on", "nothing"}};
  return model;
}

/// The sentence that loading gives after `damage` was done to the parts of a good file; the path is cut off.
std::string complaint(const std::function<void(TensorFile&, json&)>& damage) {
  const ScratchFolder folder;
  const std::filesystem::path path = folder / "m.safetensors";
  save_model(path, small_model());
  TensorFile file = read_safetensors(path);
  json graph = json::parse(file.metadata.at("lathe.graph"));
  const json before = graph;
  damage(file, graph);
  if (graph != before) file.metadata["lathe.graph"] = graph.dump();
  write_safetensors(path, file);
  const std::string sentence = error_of([&] { load_model(path); });
  return sentence.rfind(path.string() + ": ", 0) == 0 ? sentence.substr(path.string().size() + 2) : sentence;
}

TEST(ModelFile, WhatIsSavedComesBack) {
  const ScratchFolder folder;
  const Model model = small_model();
  save_model(folder / "m.safetensors", model);
  const Model back = load_model(folder / "m.safetensors");
  EXPECT_EQ(back.name, "small");
  EXPECT_EQ(back.preprocessing, model.preprocessing);
  EXPECT_EQ(back.notes, model.notes);
  EXPECT_EQ(graph_to_json(back.graph), graph_to_json(model.graph));
  const Tensor x = at::randn({3, 2, 16});
  EXPECT_TRUE(at::equal(run(back.graph, x), run(model.graph, x)));
  EXPECT_TRUE(back.graph.node("stem").params["weight"].requires_grad());
  EXPECT_FALSE(back.graph.node("norm").params["running_mean"].requires_grad());
}

TEST(ModelFile, IdenticalModelsGiveIdenticalBytes) {
  const ScratchFolder folder;
  save_model(folder / "one", small_model());
  save_model(folder / "two", load_model(folder / "one"));
  EXPECT_EQ(read_text(folder / "one"), read_text(folder / "two"));
}

TEST(ModelFile, FrozenParametersStayFrozen) {
  const ScratchFolder folder;
  Model model = small_model();
  model.graph.node("stem").params.find("weight")->value.set_requires_grad(false);
  save_model(folder / "m", model);
  const Graph back = load_model(folder / "m").graph;
  EXPECT_FALSE(back.node("stem").params["weight"].requires_grad());
  EXPECT_TRUE(back.node("stem").params["bias"].requires_grad());
}

TEST(ModelFile, WeightsAloneAreNoModel) {
  const ScratchFolder folder;
  write_safetensors(folder / "w", graph_tensors(small_graph()));
  EXPECT_EQ(
      error_of([&] { load_model(folder / "w"); }),
      (folder / "w").string() + ": holds weights only, no graph; load them into a model of the same architecture");
}

TEST(ModelFile, ANewerFormatIsRefused) {
  EXPECT_EQ(complaint([](TensorFile& file, json&) { file.metadata["lathe.version"] = "2"; }),
            "is a model file of version 2, but this lathe reads version 1");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["version"] = 2; }),
            "the graph is of version 2, but this lathe reads version 1; a newer lathe wrote it");
}

TEST(ModelFile, AllTensorsAreListedAtOnce) {
  EXPECT_EQ(complaint([](TensorFile& file, json&) {
              file.tensors[0].first = "stem.wait";
              file.tensors[1].first = "bias";
            }),
            "the tensors do not match the graph: missing stem.weight, stem.bias; unexpected bias, stem.wait");
}

TEST(ModelFile, AnUnknownOpIsRefusedWithASuggestion) {
  const std::string sentence = complaint([](TensorFile&, json& graph) { graph["nodes"][3]["op"] = "relo"; });
  EXPECT_EQ(sentence.substr(0, 41), "node 'active': unknown op 'relo'; known: ") << sentence;
  EXPECT_EQ(sentence.substr(sentence.size() - 22), "(did you mean 'relu'?)") << sentence;
}

TEST(ModelFile, AttributesAreChecked) {
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["nodes"][1]["attributes"]["strides"] = {1}; }),
            "node 'stem': unknown attribute 'strides'; known: dilation, padding, padding_mode, stride "
            "(did you mean 'stride'?)");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["nodes"][1]["attributes"].erase("stride"); }),
            "node 'stem': attribute 'stride' is missing (expected a list of whole numbers)");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["nodes"][1]["attributes"]["stride"] = {1.5}; }),
            "node 'stem': attribute 'stride': 1.5 is not a whole number of 64 bits");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["nodes"][1]["attributes"]["stride"] = {0}; }),
            "node 'stem': conv: stride 0 (expected 1 to 16777216)");
}

TEST(ModelFile, TheGraphMustHoldTogether) {
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["nodes"][1]["inputs"] = {"norm"}; }),
            "node 'stem': 'norm' is not a node before it");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["nodes"][3]["inputs"] = json::array(); }),
            "node 'active': relu: got 0 inputs (expected 1)");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["outputs"] = json::array(); }), "graph: has no output");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph.erase("outputs"); }),
            "outputs: 'outputs' is missing (expected a list)");
  EXPECT_EQ(complaint([](TensorFile&, json& graph) { graph["nodes"][0]["attributes"]["shape"] = {3, 16}; }),
            "node 'stem': conv: 3 input channels do not fit a weight of [3, 2, 4]");
  EXPECT_EQ(complaint([](TensorFile& file, json&) { file.metadata["lathe.graph"] = "{"; }),
            "'lathe.graph' is not JSON (it goes wrong at byte 2)");
}

TEST(ModelFile, TensorsThatNoOpExpectsAreRefused) {
  const auto with_weight = [](std::initializer_list<int64_t> sizes) {
    const std::vector<int64_t> wanted = sizes;
    return complaint([&](TensorFile& file, json&) { file.tensors[0].second = at::ones(wanted); });
  };
  EXPECT_EQ(with_weight({}), "node 'stem': conv: weight [] (expected [out, in, ...] with 1 spatial axes, none empty)");
  EXPECT_EQ(with_weight({3, 0, 4}),
            "node 'stem': conv: weight [3, 0, 4] (expected [out, in, ...] with 1 spatial axes, none empty)");
  EXPECT_EQ(with_weight({5, 2, 4}), "node 'stem': conv: bias [3] (expected [5])");
}

TEST(ModelFile, PreprocessingIsChecked) {
  const auto with = [](const char* key, const json& value) {
    return complaint([&](TensorFile& file, json&) {
      json settings = json::parse(file.metadata.at("lathe.preprocessing"));
      settings[key] = value;
      file.metadata["lathe.preprocessing"] = settings.dump();
    });
  };
  EXPECT_EQ(with("normalize", "z-score"),
            "lathe.preprocessing: unknown normalisation 'z-score'; known: minmax, none, rms, unit, zscore (did you "
            "mean 'zscore'?)");
  EXPECT_EQ(with("rate_hz", -1), "lathe.preprocessing: rate_hz is -1 (expected 0 or more)");
  EXPECT_EQ(with("smooth_order", 151),
            "lathe.preprocessing: smooth_window 151 does not go with smooth_order 151 "
            "(expected 0, or a window above the order)");
  EXPECT_EQ(with("normalise", "none"),
            "lathe.preprocessing: unknown setting 'normalise'; known: class_names, cleaning, front_end, hidden_markov, "
            "mean, normalize, "
            "rate_hz, smooth_order, "
            "smooth_window, std, task, threshold (did you mean 'normalize'?)");
}

TEST(ModelFile, NothingIsWrittenWhereSavingFails) {
  const ScratchFolder folder;
  Model model = small_model();
  model.preprocessing.task = "regresion";
  EXPECT_EQ(error_of([&] { save_model(folder / "m", model); }),
            (folder / "m").string() + ": unknown task 'regresion'; known: classification, segmentation");
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

TEST(ModelFile, DamagedTextIsRefusedOrHarmless) {
  const ScratchFolder folder;
  save_model(folder / "m", small_model());
  const std::string good = read_text(folder / "m");
  const auto header = static_cast<int64_t>(good.rfind('}'));
  Rng rng(3);
  int refused = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    std::string bad = good;
    for (int64_t spots = rng.below(3); spots >= 0; --spots)
      bad[static_cast<size_t>(8 + rng.below(header))] = "0123456789-e.,:[]{}\"ax"[rng.below(22)];
    std::ofstream(folder / "bad", std::ios::binary) << bad;
    refused += error_of([&] { load_model(folder / "bad"); }) != "(no error)";  // another exception ends the test
  }
  EXPECT_GT(refused, 1000);
}

TEST(ModelFile, DeepJsonIsRefused) {
  const ScratchFolder folder;
  const auto sentence = [&](size_t depth) {
    TensorFile file;
    file.metadata = {{"lathe.graph", "{}"}, {"lathe.version", "1"}, {"lathe.model", "deep"}};
    file.metadata["lathe.preprocessing"] = std::string(depth, '[') + std::string(depth, ']');
    write_safetensors(folder / "deep", file);
    return error_of([&] { load_model(folder / "deep"); });
  };
  EXPECT_EQ(sentence(1'000'000), (folder / "deep").string() + ": 'lathe.preprocessing' is nested more than 32 deep");
  EXPECT_EQ(sentence(20), (folder / "deep").string() + ": lathe.preprocessing: is nested more than 8 deep");
}

TEST(LoadWeights, GoIntoAGraphByName) {
  Graph graph = small_graph();
  const Graph other = small_graph();
  const Tensor x = at::randn({2, 2, 16});
  EXPECT_FALSE(at::equal(run(graph, x), run(other, x)));
  load_weights(graph, graph_tensors(other));
  EXPECT_TRUE(at::equal(run(graph, x), run(other, x)));
  EXPECT_TRUE(graph.node("stem").params["weight"].requires_grad());
}

TEST(LoadWeights, EverythingThatDoesNotFitIsListedAtOnce) {
  Graph graph = small_graph();
  const Tensor weight = graph.node("stem").params["weight"].detach().clone();
  TensorFile file = graph_tensors(small_graph());
  file.tensors[1].first = "stem.bios";
  file.tensors.back().second = at::ones({4});
  file.tensors.emplace_back("extra.weight", at::ones({1}));
  EXPECT_EQ(
      error_of([&] { load_weights(graph, file); }),
      "the weights do not fit the graph: missing stem.bias; unexpected extra.weight, stem.bios; misshapen head.bias "
      "(expected Float [2], got Float [4])");
  EXPECT_TRUE(at::equal(graph.node("stem").params["weight"], weight));
}

}  // namespace
}  // namespace lathe
