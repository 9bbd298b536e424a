/// Which losses suit a network: told from what its ops answer, not from their names.
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

TEST(LossMismatch, ProbabilitiesAreNoScores) {
  const Graph graph = segmenter(1, 2, {8}, 96);
  EXPECT_EQ(loss_mismatch(graph, "bce"), "");
  EXPECT_EQ(loss_mismatch(graph, "mse"), "");
  EXPECT_EQ(
      loss_mismatch(graph, "bce_with_logits"),
      "loss 'bce_with_logits' wants scores of any size, but the network's output 'probability' lies between 0 and 1 "
      "already; use loss = \"bce\"");
}

TEST(LossMismatch, ScoresAreNoProbabilities) {
  const Graph graph = classifier(1);
  EXPECT_EQ(loss_mismatch(graph, "cross_entropy"), "");
  EXPECT_EQ(loss_mismatch(graph, "bce_with_logits"), "");
  EXPECT_EQ(loss_mismatch(graph, "bce"),
            "loss 'bce' wants probabilities, but the network's output 'head' is not kept between 0 and 1; use loss = "
            "\"bce_with_logits\" or \"cross_entropy\"");
}

TEST(LossMismatch, WhatLeavesProbabilitiesWhereTheyAreCounts) {
  Builder net;
  const Value x = sigmoid(conv(net.input("input", {1, 20}), "conv", {.out = 2, .kernel = 3}), "sigmoid");
  const Graph kept = net.finish({global_average_pool(dropout(x, "dropout", 0.5), "mean")});
  EXPECT_EQ(loss_mismatch(kept, "bce"), "");
  Builder other;
  const Value y = sigmoid(conv(other.input("input", {1, 20}), "conv", {.out = 2, .kernel = 3}), "sigmoid");
  const Graph sum = other.finish({add({y, y}, "sum")});
  EXPECT_NE(loss_mismatch(sum, "bce"), "");
}

TEST(LossMismatch, ARectifierIsNoSigmoid) {
  Builder net;
  const Graph graph =
      net.finish({relu(conv(net.input("input", {1, 20}), "conv", {.out = 1, .kernel = 3}), "rectified")});
  EXPECT_NE(loss_mismatch(graph, "bce"), "");
}

TEST(LossMismatch, StopsATrainingBeforeItsFirstStep) {
  Graph graph = classifier(1);
  FitOptions options;
  options.loss.kind = "bce";
  options.on_step = [](const StepReport&) { FAIL() << "a step was made"; };
  EXPECT_EQ(
      error_of([&] { fit(graph, classifier_rows(), options); }),
      "train: loss 'bce' wants probabilities, but the network's output 'head' is not kept between 0 and 1; use loss = "
      "\"bce_with_logits\" or \"cross_entropy\"");
}

}  // namespace
}  // namespace lathe
