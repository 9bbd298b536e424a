/// k_winners_cnn: published counts, its two kinds of activation, bad settings.
#include "lathe/cost/cost.h"
#include "tests/models/build.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::build;
using test::error_of;
using test::whole;

TEST(KWinnersCnn, ParametersAreThePublishedOnes) {
  const Graph graph = build("k_winners_cnn", {});
  EXPECT_EQ(cost(graph).parameters, 1'717'140);
  EXPECT_EQ(graph.node("conv1").params["weight"].numel(), 1'600);
  EXPECT_EQ(graph.node("conv2").params["weight"].numel(), 102'400);
  EXPECT_EQ(graph.node("fc1").params["weight"].numel(), 1'600'000);
  EXPECT_EQ(graph.node("fc2").params["weight"].numel(), 12'000);
}

TEST(KWinnersCnn, AReluMayTakeTheWinnersPlace) {
  EXPECT_EQ(build("k_winners_cnn", {}).node("winners3").op->kind(), "k_winners");
  EXPECT_EQ(build("k_winners_cnn", {{"activation", std::string("relu")}}).node("winners3").op->kind(), "relu");
}

TEST(KWinnersCnn, Slips) {
  EXPECT_EQ(error_of([] { build("k_winners_cnn", {{"activation", std::string("rely")}}); }),
            "test:1: unknown activation 'rely'; known: k_winners, relu (did you mean 'relu'?)");
  EXPECT_NE(error_of([] { build("k_winners_cnn", {{"height", whole(15)}}); }), "");
}

}  // namespace
}  // namespace lathe
