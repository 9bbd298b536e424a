/// Recipes: parsed, their [data] section checked, written out and parsed again to the same text. Nothing is run.
#include "lathe/recipe/toml.h"

#include "fuzz/support/harness.h"
#include "lathe/base/errors.h"
#include "lathe/recipe/data_section.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> files = files_in("recipes", ".toml");
  files.push_back("a.\"b c\" = [1, 2.5, \"x\", {y = true}]\n[[step]]\nkind = \"merge\"\n[data]\nfold = 1\n");
  return files;
}

void run(std::string_view bytes) {
  const Settings settings = parse_toml(bytes, "fuzz.toml");
  const std::string text = write_toml(settings);
  require(write_toml(parse_toml(text, "fuzz.toml")) == text, "a recipe changes when it is written and read");
  data_section(settings.table("data"));
  settings.refuse_unknown();
}

}  // namespace lathe::fuzz
