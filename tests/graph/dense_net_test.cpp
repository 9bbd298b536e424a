/// Units on a small 1-D DenseNet, where every layer reads all layers before it at shifted places.
#include <ATen/ops/randn.h>

#include <map>
#include <set>

#include "lathe/exec/run.h"
#include "lathe/graph/print.h"
#include "lathe/graph/units.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

/// Stem of 8, three layers that add 4 channels each, transition to 10, head of 3; no biases but the head's.
Graph dense_net() {
  Builder builder;
  Value x = conv(builder.input("x", {1, 16}), "stem", {.out = 8, .kernel = 3, .same = true, .bias = false});
  for (const std::string i : {"0", "1", "2"}) {
    Value grown = relu(batch_norm(x, "bn" + i), "act" + i);
    grown = conv(grown, "cv" + i, {.out = 4, .kernel = 3, .same = true, .bias = false});
    x = concat({x, grown}, "cat" + i);
  }
  x = conv(relu(batch_norm(x, "tbn"), "tact"), "tr", {.out = 10, .bias = false});
  return builder.finish({linear(global_average_pool(x, "mean"), "fc", {.out = 3})});
}

/// For each parameter axis of a unit, the entries: {"bn1.weight:0": {8}, …}; batch norm shown by its weight alone.
std::map<std::string, std::set<int64_t>> touched(const Graph& graph, const Unit& unit) {
  std::map<std::string, std::set<int64_t>> entries;
  for (const Slice& slice : unit.slices)
    if (slice.param == "weight")
      entries[fmt::format("{}:{}", graph.nodes[static_cast<size_t>(slice.node)].name, slice.axis)].insert(slice.entry);
  return entries;
}

/// The free units by the node that makes their channels.
std::map<std::string, std::vector<Unit>> groups(const Graph& graph) {
  std::map<std::string, std::vector<Unit>> found;
  for (const Unit& unit : units(graph))
    if (!unit.pinned) found[graph.nodes[static_cast<size_t>(unit.channels.at(0).node)].name].push_back(unit);
  return found;
}

TEST(DenseNet, HasFiveGroups) {
  const Graph graph = dense_net();
  EXPECT_EQ(parameter_count(graph), 801);
  std::map<std::string, size_t> sizes;
  for (const auto& [node, members] : groups(graph)) sizes[node] = members.size();
  EXPECT_EQ(sizes, (std::map<std::string, size_t>{{"stem", 8}, {"cv0", 4}, {"cv1", 4}, {"cv2", 4}, {"tr", 10}}));
}

TEST(DenseNet, EveryLaterReaderIsTouchedAtItsOwnPlace) {
  const Graph graph = dense_net();
  auto found = groups(graph);
  using Entries = std::map<std::string, std::set<int64_t>>;
  EXPECT_EQ(touched(graph, found["stem"][1]), (Entries{{"stem:0", {1}},
                                                       {"bn0:0", {1}},
                                                       {"cv0:1", {1}},
                                                       {"bn1:0", {1}},
                                                       {"cv1:1", {1}},
                                                       {"bn2:0", {1}},
                                                       {"cv2:1", {1}},
                                                       {"tbn:0", {1}},
                                                       {"tr:1", {1}}}));
  EXPECT_EQ(touched(graph, found["cv0"][0]), (Entries{{"cv0:0", {0}},
                                                      {"bn1:0", {8}},
                                                      {"cv1:1", {8}},
                                                      {"bn2:0", {8}},
                                                      {"cv2:1", {8}},
                                                      {"tbn:0", {8}},
                                                      {"tr:1", {8}}}));
  EXPECT_EQ(touched(graph, found["cv1"][3]),
            (Entries{{"cv1:0", {3}}, {"bn2:0", {15}}, {"cv2:1", {15}}, {"tbn:0", {15}}, {"tr:1", {15}}}));
}

TEST(DenseNet, HalfOfEveryGroupLeaves244Parameters) {
  Graph graph = dense_net();
  std::vector<Unit> doomed;
  for (auto& [node, members] : groups(graph))
    doomed.insert(doomed.end(), members.begin(), members.begin() + static_cast<int64_t>(members.size() / 2));
  remove(graph, doomed);
  EXPECT_EQ(parameter_count(graph), 244);
  EXPECT_EQ(run(graph, at::randn({2, 1, 16})).size(1), 3);
}

}  // namespace
}  // namespace lathe
