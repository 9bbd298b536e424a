/// lathe report RUN
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/cli/options.h"
#include "lathe/recipe/run_report.h"

namespace lathe {

Work declare_report(CLI::App& app) {
  auto folder = std::make_shared<std::string>();
  app.add_option("RUN", *folder, "a run folder")->required();
  return [folder](const Output& output) {
    const std::string path = write_report(*folder).string();
    output.result(path + "\n", {{"file", path}});
  };
}

}  // namespace lathe
