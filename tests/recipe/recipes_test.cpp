/// The recipes inside the program: they parse, name what is there, and say how to run them.
#include "lathe/recipe/recipes.h"

#include "lathe/formats/model_file.h"
#include "lathe/models/model_registry.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;

TEST(Recipes, OpenWithACommentThatSaysHowToRunThem) {
  for (const RecipeEntry& entry : recipes()) {
    const std::string comment = recipe_comment(entry.text);
    EXPECT_NE(comment.find("Run:"), std::string::npos) << entry.name;
    EXPECT_EQ(comment.find("@@"), std::string::npos) << entry.name << " waits for its numbers";
    EXPECT_NE(comment.find(fmt::format("{}", entry.name)), std::string::npos) << entry.name;
  }
}

/// Data is opened after every section was read: an error about the data means that all settings are in order.
TEST(Recipes, HoldNoUnknownKeys) {
  const ScratchFolder empty;
  for (const RecipeEntry& entry : recipes()) {
    NamedRecipe recipe = find_recipe(std::string(entry.name));
    apply_assignment(recipe.settings, "data.inputs=gone.npy", "--set");
    if (recipe.settings.table("model").has("file")) {  // opened first, for its shape decides over the settings
      save_model(empty / "net.safetensors", {"lenet", build_model("lenet", Settings("test")), {}, {}});
      apply_assignment(recipe.settings, "model.file=" + (empty / "net.safetensors").string(), "--set");
    }
    const auto steps = recipe.settings.tables("step");
    for (size_t i = 0; i < steps.size(); ++i) {  // teachers that are files
      if (!steps[i]->has("teacher") || steps[i]->word("teacher").find('.') == std::string::npos) continue;
      save_model(empty / "teacher.safetensors", {"lenet", build_model("lenet", Settings("test")), {}, {}});
      apply_assignment(recipe.settings,
                       fmt::format("step.{}.teacher={}", i + 1, (empty / "teacher.safetensors").string()), "--set");
    }
    EXPECT_EQ(error_of([&] { run_recipe(recipe.settings, {.data = empty.path(), .out = empty / "run"}); }),
              (empty / "gone.npy").string() + ": is not there; give the folder that holds 'gone.npy' with --data");
  }
}

TEST(Recipes, AreFoundByNameOrByFile) {
  EXPECT_EQ(find_recipe("ppg-quality").settings.table("model").integer("kernels"), 24);
  const ScratchFolder folder;
  write_atomic(folder / "mine.toml", kSmallRecipe);
  EXPECT_EQ(find_recipe((folder / "mine.toml").string()).name, "mine");
  EXPECT_EQ(error_of([&] { find_recipe((folder / "gone.toml").string()); }),
            (folder / "gone.toml").string() + ": cannot be opened (No such file or directory)");
}

}  // namespace
}  // namespace lathe
