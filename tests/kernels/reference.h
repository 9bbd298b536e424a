/// A kernel bank in float64, written as its formula reads, and random cases for it.
#pragma once

#include <cmath>
#include <thread>
#include <vector>

#include "lathe/base/rng.h"
#include "lathe/kernels/kernel_bank.h"

namespace lathe::test {

struct BankShape {
  int64_t count, length, pad_left, pad_right;
  bool bias = true;
};

/// What one bank's gradients are; also where results go.
template <class Real>
struct BankGradients {
  std::vector<Real> weight, bias, mix;
  std::vector<double> bias_squares, mix_squares;  // sums of squares of the terms of bias and mix
};

/// One random problem with everything that a call needs.
struct BankCase {
  BankCase(int64_t windows, int64_t samples, std::vector<BankShape> bank_shapes, uint64_t seed)
      : shapes(std::move(bank_shapes)), rng(seed), x(random(windows * samples, 1)) {
    input = {x.data(), windows, samples};
    for (const BankShape& s : shapes) {
      const double scale = 1 / std::sqrt(static_cast<double>(s.length));
      weights.push_back(random(s.count * s.length, scale));
      biases.push_back(random(s.count, scale));
      mixes.push_back(random(s.count, 1));
    }
    for (size_t g = 0; g < shapes.size(); ++g) {
      const BankShape& s = shapes[g];
      banks.push_back({weights[g].data(), s.bias ? biases[g].data() : nullptr, mixes[g].data(), s.count, s.length,
                       s.pad_left, s.pad_right});
    }
    outputs = kernel_bank_outputs(input, banks[0]);
    dz = random(windows * outputs, 1);
  }

  std::vector<float> random(int64_t count, double scale) {
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = static_cast<float>(scale * rng.normal());
    return values;
  }

  std::vector<BankShape> shapes;
  Rng rng;
  std::vector<float> x;
  KernelBankInput input;
  std::vector<std::vector<float>> weights, biases, mixes;
  std::vector<KernelBankView> banks;
  int64_t outputs;
  std::vector<float> dz;
};

template <class Real>
struct BankResult {
  explicit BankResult(const BankCase& c)
      : z(static_cast<size_t>(c.input.windows * c.outputs)), dx(c.x.size()), gradients(c.shapes.size()) {
    for (size_t g = 0; g < c.shapes.size(); ++g) {
      gradients[g] = {std::vector<Real>(c.weights[g].size()), std::vector<Real>(c.biases[g].size()),
                      std::vector<Real>(c.mixes[g].size()), std::vector<double>(c.biases[g].size()),
                      std::vector<double>(c.mixes[g].size())};
    }
  }
  std::vector<Real> z, dx;
  std::vector<BankGradients<Real>> gradients;
};

inline BankResult<double> reference(const BankCase& c) {
  BankResult<double> r(c);
  for (size_t g = 0; g < c.banks.size(); ++g) {
    const KernelBankView& bank = c.banks[g];
    for (int64_t n = 0; n < c.input.windows; ++n) {
      for (int64_t i = 0; i < bank.count; ++i) {
        for (int64_t t = 0; t < c.outputs; ++t) {
          double u = bank.bias ? bank.bias[i] : 0;
          const int64_t shift = t - bank.pad_left;
          const int64_t begin = std::max<int64_t>(0, -shift), end = std::min(bank.length, c.input.samples - shift);
          const float* x = c.x.data() + n * c.input.samples + shift;
          for (int64_t j = begin; j < end; ++j) u += static_cast<double>(bank.weight[i * bank.length + j]) * x[j];
          if (u <= 0) continue;
          const size_t at = static_cast<size_t>(n * c.outputs + t), kernel = static_cast<size_t>(i);
          r.z[at] += bank.mix[i] * u;
          r.gradients[g].mix[kernel] += u * c.dz[at];
          r.gradients[g].mix_squares[kernel] += u * c.dz[at] * u * c.dz[at];
          const double du = static_cast<double>(c.dz[at]) * bank.mix[i];
          r.gradients[g].bias[kernel] += du;
          r.gradients[g].bias_squares[kernel] += du * du;
          for (int64_t j = begin; j < end; ++j) {
            const size_t tap = static_cast<size_t>(i * bank.length + j);
            r.gradients[g].weight[tap] += du * x[j];
            r.dx[static_cast<size_t>(n * c.input.samples + shift + j)] += du * bank.weight[tap];
          }
        }
      }
    }
  }
  return r;
}

/// Forward and backward in one step with the case's own dz as the gradient of the loss.
inline BankResult<float> step(const BankCase& c, const KernelBankOptions& options, bool wants_dx = true) {
  BankResult<float> r(c);
  std::vector<KernelBankGradient> to;
  for (BankGradients<float>& g : r.gradients) to.push_back({g.weight.data(), g.bias.data(), g.mix.data()});
  const auto loss = [&](int64_t window, const float*, float* dz) {
    std::copy_n(c.dz.data() + window * c.outputs, c.outputs, dz);
  };
  kernel_bank_step(c.input, c.banks, loss, r.z.data(), to, wants_dx ? r.dx.data() : nullptr, options);
  return r;
}

/// The same numbers by kernel_bank_forward and kernel_bank_backward, with memory between them or without.
inline BankResult<float> forward_and_backward(const BankCase& c, KernelBankOptions options, bool remembers) {
  BankResult<float> r(c);
  KernelBankMemory memory;
  if (remembers) options.memory = &memory;
  std::vector<KernelBankGradient> to;
  for (BankGradients<float>& g : r.gradients) to.push_back({g.weight.data(), g.bias.data(), g.mix.data()});
  kernel_bank_forward(c.input, c.banks, r.z.data(), options);
  kernel_bank_backward(c.input, c.banks, c.dz.data(), to, r.dx.data(), options);
  return r;
}

/// The largest difference, as a share of the largest value, or of the norm of a sum's terms where these are given:
/// terms that cancel leave no more digits than rounding leaves them.
template <class Real>
double distance(const std::vector<Real>& values, const std::vector<double>& expected,
                const std::vector<double>& squares = {}) {
  double difference = 0, largest = 1e-30;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(static_cast<double>(values[i]))) return 1e30;
    difference = std::max(difference, std::abs(static_cast<double>(values[i]) - expected[i]));
    largest = std::max({largest, std::abs(expected[i]), squares.empty() ? 0 : std::sqrt(squares[i])});
  }
  return difference / largest;
}

/// The largest distance of z, dx and all gradients.
template <class Real>
double distance(const BankResult<Real>& result, const BankResult<double>& expected) {
  double far = std::max(distance(result.z, expected.z), distance(result.dx, expected.dx));
  for (size_t g = 0; g < expected.gradients.size(); ++g) {
    const BankGradients<Real>& got = result.gradients[g];
    const BankGradients<double>& want = expected.gradients[g];
    far = std::max({far, distance(got.weight, want.weight), distance(got.bias, want.bias, want.bias_squares),
                    distance(got.mix, want.mix, want.mix_squares)});
  }
  return far;
}

/// Task i runs on thread i % threads.
inline KernelBankExecutor on_threads(int64_t threads) {
  return [threads](int64_t tasks, const std::function<void(int64_t)>& task) {
    std::vector<std::thread> team;
    for (int64_t thread = 0; thread < threads; ++thread) {
      team.emplace_back([&, thread] {
        for (int64_t i = thread; i < tasks; i += threads) task(i);
      });
    }
    for (std::thread& member : team) member.join();
  };
}

}  // namespace lathe::test
