/// Banks of long one-dimensional kernels on one channel, fused with bias, ReLU, mixing weights and their sum, on raw
/// floats: z[n, t] = sum over banks and kernels i of mix[i] * relu(bias[i] + sum_j weight[i, j] * x[n, t + j -
/// pad_left]). Responses of single kernels are never stored. Results do not depend on the number of threads. No tensors
/// here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lathe/kernels/simd.h"

namespace lathe {

/// The windows that a bank reads: x is [windows, samples].
struct KernelBankInput {
  const float* x;
  int64_t windows, samples;
};

/// One bank; all banks of a call give the same number of outputs, samples + pad_left + pad_right - length + 1.
struct KernelBankView {
  const float* weight;          // [count, length]
  const float* bias = nullptr;  // [count], or null
  const float* mix = nullptr;   // [count]
  int64_t count = 0, length = 0, pad_left = 0, pad_right = 0;
};

/// Where one bank's gradients go; overwritten. A null is passed over.
struct KernelBankGradient {
  float* weight = nullptr;  // [count, length]
  float* bias = nullptr;    // [count]
  float* mix = nullptr;     // [count]
};

enum class KernelBankMethod { automatic, direct, fft };

/// Runs task(0) … task(tasks - 1), in any order and on any number of threads, and returns when all are done.
using KernelBankExecutor = std::function<void(int64_t tasks, const std::function<void(int64_t)>& task)>;

/// What a forward pass leaves for its backward pass: the signs of all responses, a bit each, and the windows as the
/// method reads them. The responses of windows that find no room in `most_bytes` are computed again.
class KernelBankMemory {
 public:
  KernelBankMemory();
  ~KernelBankMemory();
  KernelBankMemory(KernelBankMemory&&) noexcept;
  KernelBankMemory& operator=(KernelBankMemory&&) noexcept;
  int64_t most_bytes = int64_t{256} << 20;
  struct Contents;
  std::unique_ptr<Contents> contents;
};

struct KernelBankOptions {
  KernelBankMethod method = KernelBankMethod::automatic;
  int64_t block = 0;                             // of the transforms, a power of two from 64 to 65536; 0: the cheapest
  std::optional<SimdLevel> simd = std::nullopt;  // the best that there is
  KernelBankExecutor executor = nullptr;         // one after the other
  /// Filled by kernel_bank_forward; read by kernel_bank_backward with the same arguments, as often as wanted.
  KernelBankMemory* memory = nullptr;
};

/// Fills dz [outputs] from z [outputs] of one window; called from the executor's threads, once for each window.
using KernelBankLoss = std::function<void(int64_t window, const float* z, float* dz)>;

int64_t kernel_bank_outputs(const KernelBankInput& input, const KernelBankView& bank);

/// z [windows, outputs], overwritten.
void kernel_bank_forward(const KernelBankInput& input, std::span<const KernelBankView> banks, float* z,
                         const KernelBankOptions& options = {});

/// Gradients from dz [windows, outputs]: computes the responses again where options.memory does not hold them.
/// dx is [windows, samples], overwritten, or null.
void kernel_bank_backward(const KernelBankInput& input, std::span<const KernelBankView> banks, const float* dz,
                          std::span<const KernelBankGradient> gradients, float* dx,
                          const KernelBankOptions& options = {});

/// Forward and backward in one pass over the windows: `loss` turns the z of a window into its dz while the signs of the
/// responses are still at hand, so that no memory is needed. z may be null.
void kernel_bank_step(const KernelBankInput& input, std::span<const KernelBankView> banks, const KernelBankLoss& loss,
                      float* z, std::span<const KernelBankGradient> gradients, float* dx,
                      const KernelBankOptions& options = {});

/// What `automatic` decides for each bank, for people: "fft of 512, avx2". With memory: for training.
std::vector<std::string> kernel_bank_plan(const KernelBankInput& input, std::span<const KernelBankView> banks,
                                          const KernelBankOptions& options = {});

}  // namespace lathe
