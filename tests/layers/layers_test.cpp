/// The house's rules hold for the whole tree, and each rule catches a bad example: a rule that never fails guards
/// nothing.
#include "tests/layers/rules.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "lathe/base/files.h"
#include "tests/support/support.h"

namespace lathe::test {
namespace {
namespace fs = std::filesystem;
using Found = std::vector<std::string>;

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = [] {
    std::vector<SourceFile> found;
    for (const auto& entry : fs::recursive_directory_iterator(source_folder() / "lathe")) {
      const std::string kind = entry.path().extension().string();
      if (kind != ".h" && kind != ".cpp" && kind != ".c") continue;
      found.push_back({fs::relative(entry.path(), source_folder()).string(), read_text(entry.path())});
    }
    return found;
  }();
  return files;
}

template <class Rule>
Found over_the_tree(const Rule& rule) {
  Found all;
  for (const SourceFile& file : tree()) {
    const Found found = rule(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

Layers small_layers() {
  return layers_of("\nlathe_folder(base LINK x)\nlathe_folder(graph USES base)\nlathe_folder(ops USES graph)\n");
}

TEST(Layers, TheTreeIsThere) {
  EXPECT_GT(tree().size(), 50U);
}

TEST(Layers, FoldersIncludeOnlyWhatTheyUse) {
  const Layers layers = layers_of(read_text(source_folder() / "lathe" / "CMakeLists.txt"));
  EXPECT_EQ(layers.at("base"), std::set<std::string>{"base"});
  EXPECT_EQ(over_the_tree([&](const SourceFile& file) { return folder_violations(layers, file); }), Found{});
}

TEST(Layers, MethodsNeverIncludeEachOther) {
  EXPECT_EQ(over_the_tree(method_violations), Found{});
}
TEST(Layers, OnlyOpsModelsAndRewriteNameAConcreteOp) {
  EXPECT_EQ(over_the_tree(op_violations), Found{});
}
TEST(Layers, LibTorchsLargeHeadersStayOut) {
  EXPECT_EQ(over_the_tree(torch_violations), Found{});
}
TEST(Layers, FilesSayWhatTheyAre) {
  EXPECT_EQ(over_the_tree(opening_violations), Found{});
}
TEST(Layers, FilesAreShort) {
  EXPECT_EQ(over_the_tree(length_violations), Found{});
}

TEST(Layers, WhatTheUmbrellaHeaderIncludesIsThere) {
  const auto includes = includes_of({"lathe/lathe.h", read_text(source_folder() / "lathe" / "lathe.h")});
  EXPECT_GT(includes.size(), 20U);
  for (const Include& include : includes)
    EXPECT_TRUE(fs::exists(source_folder() / include.header))
        << "lathe/lathe.h:" << include.line << ": " << include.header;
}

TEST(LayerRules, UsesAreTransitive) {
  EXPECT_EQ(small_layers().at("ops"), (std::set<std::string>{"base", "graph", "ops"}));
}

TEST(LayerRules, AFolderCannotUseALaterOne) {
  EXPECT_EQ(error_of([] { layers_of("\nlathe_folder(graph USES ops)\nlathe_folder(ops)\n"); }),
            "lathe/CMakeLists.txt: folder 'graph' uses 'ops', which does not stand above it");
}

TEST(LayerRules, AnIncludeUpwardsIsFound) {
  EXPECT_EQ(folder_violations(small_layers(),
                              {"lathe/graph/graph.cpp",
                               "#include <map>\n#include \"lathe/base/text.h\"\n#include \"lathe/ops/layers.h\"\n"}),
            Found{"lathe/graph/graph.cpp:3: includes lathe/ops/layers.h (expected only base, graph); see "
                  "lathe/CMakeLists.txt"});
}

TEST(LayerRules, AnUnlistedFolderIsFound) {
  EXPECT_EQ(folder_violations(small_layers(), {"lathe/magic/wand.h", ""}),
            Found{"lathe/magic/wand.h: lathe/CMakeLists.txt does not list folder 'magic'"});
}

TEST(LayerRules, TheUmbrellaHeaderIsNotForTheLibrary) {
  EXPECT_EQ(folder_violations(small_layers(), {"lathe/ops/add.cpp", "#include \"lathe/lathe.h\"\n"}),
            Found{"lathe/ops/add.cpp:1: includes the umbrella header lathe/lathe.h; include what is used"});
  EXPECT_EQ(folder_violations(small_layers(), {"lathe/lathe.h", "#include \"lathe/ops/layers.h\"\n"}), Found{});
}

TEST(LayerRules, AMethodThatIncludesAnotherIsFound) {
  EXPECT_EQ(method_violations(
                {"lathe/prune/prune.cpp", "#include \"lathe/prune/prune.h\"\n#include \"lathe/distill/hint.h\"\n"}),
            Found{"lathe/prune/prune.cpp:2: method 'prune' includes method 'distill'; they meet only in recipe"});
}

TEST(LayerRules, APassThatNamesAnOpIsFound) {
  EXPECT_EQ(
      op_violations({"lathe/cost/cost.cpp", "#include \"lathe/ops/op_registry.h\"\n#include \"lathe/ops/layers.h\"\n"}),
      Found{"lathe/cost/cost.cpp:2: includes lathe/ops/layers.h, which names concrete ops (only ops, models and "
            "rewrite may); "
            "ask the op's contract"});
  EXPECT_EQ(op_violations({"lathe/models/kernels.cpp", "#include \"lathe/ops/layers.h\"\n"}), Found{});
}

TEST(LayerRules, LargeTorchHeadersAreFound) {
  EXPECT_EQ(torch_violations({"lathe/train/fit.cpp", "#include <ATen/ops/add.h>\n#include <torch/torch.h>\n"}),
            Found{"lathe/train/fit.cpp:2: includes <torch/torch.h>; include single operators, <ATen/ops/….h>"});
  EXPECT_EQ(torch_violations({"lathe/train/fit.h", "#include <ATen/core/Tensor.h>\n#include <ATen/ops/add.h>\n"}),
            Found{"lathe/train/fit.h:2: a header includes <ATen/ops/add.h> (expected at most <ATen/core/Tensor.h>)"});
}

TEST(LayerRules, AFileThatDoesNotSayWhatItIsIsFound) {
  EXPECT_EQ(opening_violations({"lathe/ops/add.h", "#pragma once\n"}),
            Found{"lathe/ops/add.h:1: opens without a comment (expected one sentence: what the file is)"});
  EXPECT_EQ(opening_violations({"lathe/ops/add.h", "// helpers\n"}),
            Found{"lathe/ops/add.h:1: opens with '// helpers' (expected one sentence: what the file is)"});
  EXPECT_EQ(opening_violations({"lathe/ops/add.cpp", "#include \"lathe/ops/layers.h\"\n"}).size(), 1U);
  EXPECT_EQ(opening_violations({"lathe/ops/init.cpp", "#include \"lathe/ops/init.h\"\n"}), Found{});
}

TEST(LayerRules, ALongFileIsFound) {
  EXPECT_EQ(length_violations({"lathe/ops/all.cpp", std::string(401, '\n')}),
            Found{"lathe/ops/all.cpp: 401 lines (expected at most 400); split it"});
  EXPECT_EQ(length_violations({"lathe/ops/all.cpp", std::string(400, '\n')}), Found{});
}

}  // namespace
}  // namespace lathe::test
