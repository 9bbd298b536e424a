/// Pruning on the command line: a fresh CP-ResNet, its groups, 41 % of its channels, the counts of what is left.
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

json call(const ScratchFolder& folder, std::vector<std::string> words) {
  words.emplace_back("--json");
  const Outcome outcome = lathe_in(folder.path(), words);
  EXPECT_EQ(outcome.code, 0) << outcome.error;
  return outcome.json();
}

TEST(PruneVerb, ACpResNetLosesFortyOnePercentOfItsChannels) {
  const ScratchFolder folder;
  const json made = call(folder, {"new", "cp_resnet", "--set", "channels_multiplier=2", "-o", "big.safetensors"});
  EXPECT_EQ(made.at("model").at("parameters"), 131'316);
  call(folder, {"prune", "big.safetensors", "--ratio", "0.41", "--protect", "feed_forward*", "--input", "1,256,44",
                "-o", "small.safetensors"});
  const std::map<std::string, int64_t> macs = {
      {"conv", 10'140'570}, {"torch-pruning", 10'642'728}, {"torchinfo", 10'141'890}};
  for (const auto& [convention, count] : macs) {
    const json info = call(folder, {"info", "small.safetensors", "--macs", convention, "--input", "1,256,44"});
    EXPECT_EQ(info.at("model").at("parameters"), 44'784);
    EXPECT_EQ(info.at("model").at("macs"), count) << convention;
  }
}

TEST(UnitsVerb, EveryGroupSaysWhichEntriesOfWhichTensorsItTakes) {
  const ScratchFolder folder;
  call(folder, {"new", "lenet", "-o", "lenet.safetensors"});
  const json groups = call(folder, {"units", "lenet.safetensors"}).at("groups");
  const json& second = groups.at(2);  // behind the input's and conv1's
  EXPECT_EQ(second.at("name"), "conv2");
  EXPECT_EQ(second.at("units"), 16);
  EXPECT_EQ(second.at("channels"), 16);
  EXPECT_EQ(second.at("parameters_each"), 6 * 25 + 1 + 16 * 120);
  const json reader = {{"node", "fc1"}, {"op", "linear"},  {"tensor", "weight"}, {"axis", 1},
                       {"size", 256},   {"role", "reads"}, {"first", 0},         {"each", 16}};
  EXPECT_EQ(second.at("members").back(), reader);
  EXPECT_EQ(second.at("members").at(0).at("role"), "writes");
  EXPECT_FALSE(second.at("pinned").get<bool>());
}

}  // namespace
}  // namespace lathe
