/// Times the sparse product beside the dense one, one thread: from which density on few connections are faster. A
/// linear layer 1600 to 1000 with batches of 1 and 32, and convolutions as matrices: 64 to 64 channels, 5x5 to 10x10
/// places and 3x3 to 32x32. What both sides need to lay out an input (im2col) is in neither.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <benchmark/benchmark.h>

#include "lathe/kernels/sparse_product.h"

namespace lathe {
namespace {

/// [rows, columns] · [columns, width]
struct Problem {
  int64_t rows, columns, width;
};
constexpr Problem kLinear1{1000, 1600, 1}, kLinear32{1000, 1600, 32}, kConv5{64, 1600, 100}, kConv3{64, 576, 1024};

void dense(benchmark::State& state, const Problem& problem) {
  at::set_num_threads(1);
  const at::NoGradGuard no_gradients;
  const at::Tensor weight = at::randn({problem.rows, problem.columns}), x = at::randn({problem.columns, problem.width});
  at::Tensor y = at::empty({problem.rows, problem.width});
  for (auto _ : state) benchmark::DoNotOptimize(at::mm_out(y, weight, x));
}

void sparse(benchmark::State& state, const Problem& problem) {
  const double density = static_cast<double>(state.range(0)) / 1000;
  const at::Tensor all = at::randn({problem.rows, problem.columns});
  const at::Tensor weight = all.mul(at::rand({problem.rows, problem.columns}).lt(density));
  const at::Tensor x = at::randn({problem.columns, problem.width});
  at::Tensor y = at::empty({problem.rows, problem.width});
  const SparseMatrix matrix = SparseMatrix::of(weight.const_data_ptr<float>(), problem.rows, problem.columns);
  for (auto _ : state) {
    sparse_product(matrix, x.const_data_ptr<float>(), problem.width, y.mutable_data_ptr<float>());
    benchmark::DoNotOptimize(y);
    benchmark::ClobberMemory();
  }
}

#define BOTH(problem, name)                                                                                           \
  BENCHMARK_CAPTURE(dense, problem, problem)->Name("sparse_inference_" name "_dense")->Unit(benchmark::kMicrosecond); \
  BENCHMARK_CAPTURE(sparse, problem, problem)                                                                         \
      ->Name("sparse_inference_" name "_permille")                                                                    \
      ->Unit(benchmark::kMicrosecond)                                                                                 \
      ->Arg(500)                                                                                                      \
      ->Arg(300)                                                                                                      \
      ->Arg(200)                                                                                                      \
      ->Arg(100)                                                                                                      \
      ->Arg(50)                                                                                                       \
      ->Arg(20)                                                                                                       \
      ->Arg(10)
BOTH(kLinear1, "linear_batch1");
BOTH(kLinear32, "linear_batch32");
BOTH(kConv5, "conv5x5");
BOTH(kConv3, "conv3x3");
#undef BOTH

}  // namespace
}  // namespace lathe
