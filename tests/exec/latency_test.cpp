/// Measurements: how many, in which order, and that what was set stays as it was. Times themselves are the machine's.
#include "lathe/exec/latency.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "lathe/exec/noise.h"
#include "lathe/graph/builder.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

/// Passes its input on after a while, and counts how often it was asked.
class Slow final : public Op {
 public:
  explicit Slow(std::chrono::microseconds pause) : pause_(pause) {}
  std::string_view kind() const override { return "slow"; }
  Shape shape(const Inputs& in) const override { return in[0]; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    rows = x[0].size(0);
    threads = at::get_num_threads();
    ++runs;
    std::this_thread::sleep_for(pause_);
    return x[0];
  }
  Ties ties(const Inputs&) const override { return {}; }
  mutable std::atomic<int64_t> runs = 0, rows = 0, threads = 0;

 private:
  std::chrono::microseconds pause_;
};

struct Bench {
  std::shared_ptr<Slow> op;
  Graph graph;
};

Bench slow(int microseconds) {
  Bench bench{std::make_shared<Slow>(std::chrono::microseconds(microseconds)), {}};
  Builder builder;
  bench.graph = builder.finish({builder.add("slow", bench.op, {builder.input("x", {1, 8})})});
  return bench;
}

TEST(Latency, MeasuresTheWholeRunAndOrdersItsQuantiles) {
  const Bench bench = slow(2000);
  const Latency found = latency(bench.graph, {.least_seconds = 0, .warm_up_seconds = 0});
  EXPECT_EQ(found.runs, 30);
  EXPECT_EQ(bench.op->runs, 30 + 2);  // two to warm up
  EXPECT_GE(found.tenth_seconds, 0.002);
  EXPECT_LE(found.tenth_seconds, found.median_seconds);
  EXPECT_LE(found.median_seconds, found.ninetieth_seconds);
}

TEST(Latency, ShortRunsAreRepeatedForTheTime) {
  const Bench bench = slow(100);
  EXPECT_GT(latency(bench.graph, {.least_runs = 3, .least_seconds = 0.1, .warm_up_seconds = 0}).runs, 3);
}

TEST(Latency, LongRunsEndAfterThree) {
  const Bench bench = slow(20000);
  EXPECT_EQ(latency(bench.graph, {.most_seconds = 0.01, .warm_up_seconds = 0}).runs, 3);
}

TEST(Latency, BatchAndThreadsAreThoseAskedForAndThreadsArePutBack) {
  const Bench bench = slow(10);
  const int before = at::get_num_threads(), other = before == 1 ? 2 : 1;
  const Latency found = latency(bench.graph, {.batch = 5, .threads = other, .least_seconds = 0, .warm_up_seconds = 0});
  EXPECT_EQ(bench.op->rows, 5);
  EXPECT_EQ(bench.op->threads, other);
  EXPECT_EQ(found.batch, 5);
  EXPECT_EQ(found.threads, other);
  EXPECT_EQ(at::get_num_threads(), before);
}

TEST(Latency, AnInputThatDoesNotFitIsASentence) {
  const Bench bench = slow(10);
  EXPECT_EQ(test::error_of([&] { latency(bench.graph, {.batch = 0}); }), "noise: a batch of 0 (expected at least 1)");
  EXPECT_EQ(test::error_of([&] { latency(bench.graph, {.threads = -1}); }),
            "latency: -1 threads (expected at least 1, or 0 for as many as are set)");
  EXPECT_EQ(test::error_of([&] { latency(bench.graph, {.inputs = {{1, 8}, {1, 8}}}); }),
            "noise: 2 shapes for 1 inputs");
}

TEST(Latency, TheProcessHoldsSomeMemory) {
  EXPECT_GT(peak_process_bytes(), int64_t{1} << 20);
}

TEST(Noise, SameSeedSameNoiseOtherSeedOther) {
  const Bench bench = slow(0);
  const Tensor first = noise(bench.graph, 3, 7)[0];
  EXPECT_EQ(first.sizes().vec(), (std::vector<int64_t>{3, 1, 8}));
  EXPECT_TRUE(first.equal(noise(bench.graph, 3, 7)[0]));
  EXPECT_FALSE(first.equal(noise(bench.graph, 3, 8)[0]));
}

}  // namespace
}  // namespace lathe
