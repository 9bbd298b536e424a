/// Times what pruning does to a network besides choosing: finding the groups, and taking the first half of each away.
/// On cp_resnet; or on every .onnx file in the folder $LATHE_ONNX_NETS instead.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "lathe/formats/import_onnx.h"
#include "lathe/graph/groups.h"
#include "lathe/models/model_registry.h"

namespace lathe {
namespace {

std::vector<Unit> first_halves(std::vector<ChannelGroup> groups) {
  std::vector<Unit> doomed;
  for (ChannelGroup& group : groups)
    if (!group.pinned)
      std::move(group.units.begin(), group.units.begin() + std::ssize(group.units) / 2, std::back_inserter(doomed));
  return doomed;
}

void groups(benchmark::State& state, const Graph& graph) {
  for (auto _ : state) benchmark::DoNotOptimize(channel_groups(graph).data());
}

void groups_and_removal(benchmark::State& state, const Graph& graph) {
  at::set_num_threads(1);
  for (auto _ : state) {
    Graph smaller = graph;  // shares the tensors
    remove(smaller, first_halves(channel_groups(smaller)));
    benchmark::DoNotOptimize(smaller.nodes.data());
  }
}

void add(const std::string& name, const Graph& graph) {
  benchmark::RegisterBenchmark(("groups/" + name).c_str(), groups, graph)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark(("groups_and_removal/" + name).c_str(), groups_and_removal, graph)
      ->Unit(benchmark::kMillisecond);
}

[[maybe_unused]] const bool added = [] {
  const char* folder = std::getenv("LATHE_ONNX_NETS");
  if (folder == nullptr)
    add("cp_resnet", build_model("cp_resnet", Settings("bench")));
  else
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".onnx") add(entry.path().stem().string(), import_onnx(entry.path()).graph);
  return true;
}();

}  // namespace
}  // namespace lathe
