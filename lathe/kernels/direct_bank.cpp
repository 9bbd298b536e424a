/// A bank by direct correlation, one window after the other.
#include <algorithm>
#include <cstring>

#include "lathe/kernels/bank_method.h"
#include "lathe/kernels/buffer.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels {
namespace {

struct DirectShape {
  DirectShape(const KernelBankView& view, int64_t samples_, SimdLevel level)
      : bank(view),
        loops(direct_loops(level)),
        samples(samples_),
        outputs(samples_ + view.pad_left + view.pad_right - view.length + 1),
        row(round_up(outputs, 8 * loops.time_step)),
        padded_row(row + round_up(view.length + loops.time_step, 16)),
        gated_row(row + round_up(2 * view.length, 16)),
        bias(view.count) {
    for (int64_t i = 0; i < view.count; ++i) bias[i] = view.bias ? view.bias[i] : 0;
  }

  KernelBankView bank;
  const DirectLoops& loops;
  int64_t samples, outputs;
  int64_t row;         // outputs, in whole steps of every loop
  int64_t padded_row;  // the padded window and what loops read past it
  int64_t gated_row;   // gated gradients with zeros for length - 1 samples before and behind
  Buffer<float> bias;

  int64_t sums_row() const { return round_up(bank.length, loops.lanes) + 1; }
};

class DirectChunk final : public BankChunk {
 public:
  explicit DirectChunk(const DirectShape& shape)
      : s_(shape),
        z_(shape.row),
        dz_(shape.row),
        off_(shape.loops.kernel_step * shape.row),
        gated_(shape.loops.kernel_step * shape.gated_row) {}

  void forward(const float* x, int64_t windows, float* z, bool signs, BankKept& kept) override {
    kept.windows = windows;
    kept.x.reserve(windows * s_.padded_row);
    if (signs) kept.on.reserve(windows * s_.bank.count * s_.row / 32);
    for (int64_t n = 0; n < windows; ++n) {
      float* padded = kept.x.data() + n * s_.padded_row;
      std::fill_n(padded, s_.padded_row, 0.f);
      std::copy_n(x + n * s_.samples, s_.samples, padded + s_.bank.pad_left);
      std::fill_n(z_.data(), s_.row, 0.f);
      for (int64_t k = 0; k < s_.bank.count; k += s_.loops.kernel_step) respond(kept, n, k, signs);
      if (!z) continue;
      for (int64_t t = 0; t < s_.outputs; ++t) z[n * s_.outputs + t] += z_[t];
    }
  }

  void backward(const float* dz, const BankKept& kept, float* sums, float* dx) override {
    const int64_t before = s_.bank.length - 1;
    std::fill_n(gated_.data(), s_.loops.kernel_step * s_.gated_row, 0.f);
    std::fill_n(dz_.data(), s_.row, 0.f);
    for (int64_t n = 0; n < kept.windows; ++n) {
      std::copy_n(dz + n * s_.outputs, s_.outputs, dz_.data());
      for (int64_t k = 0; k < s_.bank.count; k += s_.loops.kernel_step) {
        const int64_t count = std::min(s_.loops.kernel_step, s_.bank.count - k);
        float* to = sums + k * s_.sums_row();
        for (int64_t i = 0; i < count; ++i) {
          float* gated = gated_.data() + i * s_.gated_row + before;
          to[(i + 1) * s_.sums_row() - 1] += s_.loops.gate(dz_.data(), packed(kept, n, k + i), s_.outputs, gated);
          if (!dx) continue;
          s_.loops.spread(gated + s_.bank.pad_left, s_.bank.weight + (k + i) * s_.bank.length, s_.bank.mix[k + i],
                          s_.bank.length, s_.samples, dx + n * s_.samples);
        }
        s_.loops.correlate(kept.x.data() + n * s_.padded_row, s_.outputs, gated_.data() + before, s_.gated_row, count,
                           s_.bank.length, to, s_.sums_row());
      }
    }
  }

 private:
  uint8_t* packed(const BankKept& kept, int64_t window, int64_t kernel) const {
    return reinterpret_cast<uint8_t*>(kept.on.data()) + (window * s_.bank.count + kernel) * (s_.row / 8);
  }

  void respond(const BankKept& kept, int64_t n, int64_t k, bool signs) {
    const int64_t count = std::min(s_.loops.kernel_step, s_.bank.count - k);
    s_.loops.respond(kept.x.data() + n * s_.padded_row, s_.outputs, s_.bank.weight + k * s_.bank.length,
                     s_.bias.data() + k, s_.bank.mix + k, count, s_.bank.length, z_.data(),
                     signs ? off_.data() : nullptr, s_.row);
    if (!signs) return;
    for (int64_t i = 0; i < count; ++i) s_.loops.pack(off_.data() + i * s_.row, s_.outputs, packed(kept, n, k + i));
  }

  const DirectShape& s_;
  Buffer<float> z_, dz_;
  Buffer<int8_t> off_;
  Buffer<float> gated_;
};

class DirectBank final : public BankMethod {
 public:
  DirectBank(const KernelBankView& bank, int64_t samples, SimdLevel level) : shape_(bank, samples, level) {}
  std::unique_ptr<BankChunk> chunk(int64_t) const override { return std::make_unique<DirectChunk>(shape_); }
  int64_t kept_bytes(int64_t windows) const override {
    return windows * (shape_.padded_row * 4 + shape_.bank.count * shape_.row / 8);
  }
  int64_t sums_row() const override { return shape_.sums_row(); }
  void finish(const float* sums, int64_t count, float* correlation, float* total) const override {
    for (int64_t i = 0; i < count; ++i) {
      std::copy_n(sums + i * sums_row(), shape_.bank.length, correlation + i * shape_.bank.length);
      total[i] = sums[(i + 1) * sums_row() - 1];
    }
  }

 private:
  DirectShape shape_;
};

}  // namespace

std::unique_ptr<BankMethod> direct_bank(const KernelBankView& bank, int64_t samples, SimdLevel level) {
  return std::make_unique<DirectBank>(bank, samples, level);
}

}  // namespace lathe::kernels
