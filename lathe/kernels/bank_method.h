/// How the responses and the gradient sums of one bank are computed; what is left to the caller is the order of the
/// windows, the threads, and the last step from the sums to the gradients.
#pragma once

#include <cstdint>
#include <memory>

#include "lathe/kernels/buffer.h"
#include "lathe/kernels/kernel_bank.h"

namespace lathe::kernels {

/// Windows that a thread works on at once. Sixteen windows of the published model fill 2 * lanes blocks without rest.
constexpr int64_t chunk_windows = 16;

/// What a backward pass wants to know of its forward pass over a few windows.
struct BankKept {
  int64_t windows = 0;
  Buffer<float> x;      // the windows as the method reads them: padded, or spectra
  Buffer<uint32_t> on;  // a bit for every response: its sign
};

/// One thread's work on a few consecutive windows at a time, with its scratch memory.
class BankChunk {
 public:
  virtual ~BankChunk() = default;
  /// Adds the bank's part to z [windows, outputs] where z is there. Fills kept.x, and kept.on if `signs` are wanted.
  virtual void forward(const float* x, int64_t windows, float* z, bool signs, BankKept& kept) = 0;
  /// After forward(…, true, kept): adds to the bank's sums [count, sums_row()] and, where it is there, to dx.
  virtual void backward(const float* dz, const BankKept& kept, float* sums, float* dx) = 0;
};

class BankMethod {
 public:
  virtual ~BankMethod() = default;
  virtual std::unique_ptr<BankChunk> chunk(int64_t most_windows) const = 0;
  /// Bytes of what forward(…, true, kept) keeps of so many windows.
  virtual int64_t kept_bytes(int64_t windows) const = 0;
  /// Floats of gradient sums for one kernel. They may be added up over chunks.
  virtual int64_t sums_row() const = 0;
  /// From sums to correlation[i, j] = sum_{n, t} g_i[n, t] * x[n, t + j - pad_left] and total[i] = sum_{n, t} g_i[n, t]
  /// for the kernels first … first+count-1, where g_i is dz where kernel i's response is positive and 0 elsewhere.
  virtual void finish(const float* sums, int64_t count, float* correlation, float* total) const = 0;
};

std::unique_ptr<BankMethod> direct_bank(const KernelBankView& bank, int64_t samples, SimdLevel level);
std::unique_ptr<BankMethod> fft_bank(const KernelBankView& bank, int64_t samples, int64_t block, SimdLevel level);

/// The block of a bank's transforms, a power of two, or 0 where the direct way is expected to be faster (`automatic`),
/// wanted (`direct`), or the only one (kernels too long for the largest transform).
int64_t choose_block(const KernelBankView& bank, const KernelBankInput& input, const KernelBankOptions& options,
                     SimdLevel level, bool gradients);

}  // namespace lathe::kernels
