/// The deafening law on published networks, as ONNX files in the folder $LATHE_ONNX_NETS (tools/check_pruning.py makes
/// them): for every group, one unit and a third of its units.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lathe/base/rng.h"
#include "lathe/exec/run.h"
#include "lathe/formats/import_onnx.h"
#include "lathe/graph/print.h"
#include "tests/ops/deafen.h"
#include "tests/prune/deaf_group.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

namespace fs = std::filesystem;

struct Finding {
  int64_t groups = 0, units = 0;
  double worst = 0;
};

std::vector<Unit> sample(const std::vector<Unit>& units, Rng& rng) {
  std::vector<Unit> some;
  for (const Unit& unit : units)
    if (rng.chance(1.0 / 3) && some.size() + 1 < units.size()) some.push_back(unit);
  return some;
}

Finding deafen_every_group(const Graph& graph) {
  const at::NoGradGuard no_gradients;
  test::seed_tensors(1);
  Rng rng(1);
  const Tensor x = at::randn(shapes(graph)[0].sizes());
  Finding finding;
  for (const ChannelGroup& group : channel_groups(graph)) {
    if (group.pinned || !group.exact || group.units.size() < 2) continue;
    ++finding.groups;
    for (const std::vector<Unit>& doomed : {std::vector<Unit>{group.units[1]}, sample(group.units, rng)}) {
      const Graph deaf = test::deaf_to(graph, group, doomed);
      Graph smaller = deaf;
      remove(smaller, doomed);
      finding.units += std::ssize(doomed);
      const double apart = test::relative_difference(run(smaller, x), run(deaf, x));
      EXPECT_LE(apart, 1e-5) << group.name;
      if (!(apart <= finding.worst)) finding.worst = apart;
    }
  }
  return finding;
}

TEST(PublishedNetworks, ChannelsNobodyReadsCanGo) {
  const char* folder = std::getenv("LATHE_ONNX_NETS");
  if (folder == nullptr)
    GTEST_SKIP() << "needs networks: set LATHE_ONNX_NETS to the folder of .onnx files that tools/check_pruning.py made";
  nlohmann::json report;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    SCOPED_TRACE(entry.path().stem().string());
    const Finding finding = deafen_every_group(import_onnx(entry.path()).graph);
    EXPECT_GT(finding.units, 0);
    report[entry.path().stem()] = {{"groups", finding.groups}, {"units", finding.units}, {"worst", finding.worst}};
  }
  if (const char* path = std::getenv("LATHE_ONNX_NETS_REPORT")) std::ofstream(path) << report.dump(1);
  EXPECT_FALSE(report.empty()) << folder << " holds no .onnx file";
}

}  // namespace
}  // namespace lathe
