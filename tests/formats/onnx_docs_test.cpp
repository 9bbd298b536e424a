/// docs/onnx.md says which ONNX types lathe reads: its table is what the registry of ops says, line for line.
#include <gtest/gtest.h>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/formats/onnx/fold.h"
#include "lathe/ops/op_registry.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

TEST(OnnxDocs, TheTableOfTypesIsThatOfTheRegistry) {
  std::string table = "| ONNX | lathe |\n|---|---|\n";
  for (const OpEntry& entry : ops()) {
    std::vector<std::string> types;
    for (const OnnxRule& rule : entry.onnx()) types.push_back("`" + std::string(rule.type) + "`");
    if (!types.empty()) table += "| " + join(types) + " | `" + std::string(entry.name) + "` |\n";
  }
  const std::string page = read_text(test::source_folder() / "docs/onnx.md");
  EXPECT_NE(page.find(table), std::string::npos) << "docs/onnx.md should hold this table:\n" << table;
}

TEST(OnnxDocs, WhatIsSaidToFoldFolds) {
  const std::string page = read_text(test::source_folder() / "docs/onnx.md");
  const size_t from = page.find("when all they need is constant:"), to = page.find('.', from);
  ASSERT_NE(from, std::string::npos);
  const std::vector<std::string> parts = split(page.substr(from, to - from), '`');
  EXPECT_GT(parts.size(), 80U);
  for (size_t i = 1; i < parts.size(); i += 2) EXPECT_TRUE(folds(parts[i])) << parts[i];
}

}  // namespace
}  // namespace lathe
