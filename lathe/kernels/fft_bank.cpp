/// A bank by overlap-save: a window is cut into blocks, and 2 * lanes blocks are transformed together (fft_plan.h).
#include <algorithm>

#include "lathe/kernels/bank_method.h"
#include "lathe/kernels/buffer.h"
#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels {
namespace {

struct FftShape {
  FftShape(const KernelBankView& view, int64_t samples_, int64_t block, SimdLevel level)
      : bank(view),
        loops(fft_loops(level)),
        plan(fft_plan(block)),
        samples(samples_),
        outputs(samples_ + view.pad_left + view.pad_right - view.length + 1),
        blocks(divide_up(outputs, block - view.length + 1)),
        valid(divide_up(outputs, blocks)),
        slots(2 * loops.lanes),
        elements(block * slots),
        kernels(view.count * block * 2) {
    transform_kernels();
  }

  KernelBankView bank;
  const FftLoops& loops;
  const FftPlan& plan;
  int64_t samples, outputs;
  int64_t blocks;         // of one window
  int64_t valid;          // outputs of one block; the last one may have fewer
  int64_t slots;          // blocks of one group
  int64_t elements;       // floats of one group's signal or spectrum
  Buffer<float> kernels;  // [count, size, 2]: minus the conjugate spectra over size: inverse(x * kernel) is -u

  int64_t stage_row() const { return plan.size + 16; }  // not a multiple of 4096 bytes
  int64_t groups(int64_t windows) const { return divide_up(windows * blocks, slots); }
  int64_t work_floats() const { return plan.work_elements() * slots; }
  int64_t mask_words() const { return plan.mask_words() * loops.lanes; }

 private:
  void transform_kernels() {
    Buffer<float> stage(slots * stage_row()), signal(elements), spectrum(elements), work(work_floats());
    const float scale = 1 / static_cast<float>(plan.size);
    std::fill_n(stage.data(), slots * stage_row(), 0.f);
    for (int64_t k = 0; k < bank.count; k += loops.lanes) {
      const int64_t count = std::min(loops.lanes, bank.count - k);
      for (int64_t i = 0; i < count; ++i) {
        std::copy_n(bank.weight + (k + i) * bank.length, bank.length, stage.data() + i * stage_row());
      }
      loops.to_lanes(stage.data(), stage_row(), plan.size, signal.data());
      loops.forward(plan, signal.data(), work.data(), spectrum.data());
      for (int64_t f = 0; f < plan.size; ++f) {
        for (int64_t i = 0; i < count; ++i) {
          float* to = kernels.data() + ((k + i) * plan.size + f) * 2;
          to[0] = -scale * spectrum[f * slots + i];
          to[1] = scale * spectrum[f * slots + loops.lanes + i];
        }
      }
    }
  }
};

class FftChunk final : public BankChunk {
 public:
  FftChunk(const FftShape& shape, int64_t most_windows)
      : s_(shape),
        stage_(shape.slots * shape.stage_row()),
        signal_(shape.elements),
        work_(shape.work_floats() * (shape.groups(most_windows) + 1)) {}

  void forward(const float* x, int64_t windows, float* z, bool signs, BankKept& kept) override {
    windows_ = kept.windows = windows;
    kept.x.reserve(s_.groups(windows) * s_.elements);
    if (signs) kept.on.reserve(s_.groups(windows) * s_.bank.count * s_.mask_words());
    for (int64_t g = 0; g < s_.groups(windows); ++g) {
      float* spectrum = kept.x.data() + g * s_.elements;
      stage(x, s_.samples, g, s_.bank.pad_left, s_.plan.size);
      s_.loops.to_lanes(stage_.data(), s_.stage_row(), s_.plan.size, signal_.data());
      s_.loops.forward(s_.plan, signal_.data(), work_.data(), spectrum);
      std::fill_n(signal_.data(), s_.elements, 0.f);
      for (int64_t k = 0; k < s_.bank.count; ++k) {
        s_.loops.respond(s_.plan, spectrum, kernel(k), s_.bank.bias ? s_.bank.bias[k] : 0, s_.bank.mix[k], s_.valid,
                         work_.data(), signal_.data(), signs ? on(kept, g, k) : nullptr);
      }
      if (z) collect(z, s_.outputs, g, 0, s_.valid);
    }
  }

  void backward(const float* dz, const BankKept& kept, float* sums, float* dx) override {
    windows_ = kept.windows;
    const int64_t groups = s_.groups(windows_);
    dz_.reserve(groups * s_.elements);
    for (int64_t g = 0; g < groups; ++g) {
      stage(dz, s_.outputs, g, 0, s_.valid);
      s_.loops.to_lanes(stage_.data(), s_.stage_row(), s_.plan.size, dz_.data() + g * s_.elements);
    }
    if (dx) {
      dx_.reserve(groups * s_.elements);
      std::fill_n(dx_.data(), groups * s_.elements, 0.f);
    }
    for (int64_t k = 0; k < s_.bank.count; ++k) {
      const GatherInput input = {.groups = groups,
                                 .valid = s_.valid,
                                 .dz = dz_.data(),
                                 .x = kept.x.data(),
                                 .on = on(kept, 0, k),
                                 .on_stride = s_.bank.count * s_.mask_words(),
                                 .kernel = kernel(k),
                                 .mix = s_.bank.mix[k],
                                 .dx = dx ? dx_.data() : nullptr};
      float* to = sums + k * (2 * s_.plan.size + 1);
      to[2 * s_.plan.size] += s_.loops.gather(s_.plan, input, work_.data(), to);
    }
    for (int64_t g = 0; dx && g < groups; ++g) {
      s_.loops.inverse(s_.plan, dx_.data() + g * s_.elements, work_.data(), signal_.data());
      collect(dx, s_.samples, g, s_.bank.pad_left, s_.plan.size);
    }
  }

 private:
  const float* kernel(int64_t k) const { return s_.kernels.data() + k * s_.plan.size * 2; }
  uint32_t* on(const BankKept& kept, int64_t group, int64_t k) const {
    return kept.on.data() + (group * s_.bank.count + k) * s_.mask_words();
  }

  /// Calls work(slot, row, block's first sample in the row, samples of the row inside the block …) for a group's slots.
  template <class Work>
  void each_slot(int64_t length, int64_t group, int64_t shift, int64_t count, const Work& work) const {
    for (int64_t slot = 0; slot < s_.slots; ++slot) {
      const int64_t block = group * s_.slots + slot;
      const int64_t window = block / s_.blocks;
      const int64_t first = block % s_.blocks * s_.valid - shift;
      const bool there = window < windows_;
      const int64_t begin = there ? std::clamp(-first, int64_t{0}, count) : count;
      const int64_t end = there ? std::clamp(length - first, begin, count) : count;
      work(slot, window * length + first, begin, end);
    }
  }

  /// Cuts a group's blocks from rows of `length`: `count` samples a block, zeros outside the row and behind them.
  void stage(const float* rows, int64_t length, int64_t group, int64_t shift, int64_t count) {
    each_slot(length, group, shift, count, [&](int64_t slot, int64_t from, int64_t begin, int64_t end) {
      float* to = stage_.data() + slot * s_.stage_row();
      std::fill_n(to, begin, 0.f);
      std::copy(rows + from + begin, rows + from + end, to + begin);
      std::fill(to + end, to + s_.plan.size, 0.f);
    });
  }

  /// Adds the first `count` samples of the signal's blocks to rows of `length`: the reverse of stage().
  void collect(float* rows, int64_t length, int64_t group, int64_t shift, int64_t count) {
    s_.loops.from_lanes(signal_.data(), round_up(count, s_.loops.lanes), stage_.data(), s_.stage_row());
    each_slot(length, group, shift, count, [&](int64_t slot, int64_t to, int64_t begin, int64_t end) {
      const float* from = stage_.data() + slot * s_.stage_row();
      for (int64_t t = begin; t < end; ++t) rows[to + t] += from[t];
    });
  }

  const FftShape& s_;
  int64_t windows_ = 0;
  Buffer<float> stage_, signal_, work_;
  Buffer<float> dz_, dx_;  // [groups, elements]
};

class FftBank final : public BankMethod {
 public:
  FftBank(const KernelBankView& bank, int64_t samples, int64_t block, SimdLevel level)
      : shape_(bank, samples, block, level) {}
  std::unique_ptr<BankChunk> chunk(int64_t most_windows) const override {
    return std::make_unique<FftChunk>(shape_, most_windows);
  }
  int64_t kept_bytes(int64_t windows) const override {
    return shape_.groups(windows) * (shape_.elements + shape_.bank.count * shape_.mask_words()) * 4;
  }
  int64_t sums_row() const override { return 2 * shape_.plan.size + 1; }

  void finish(const float* sums, int64_t count, float* correlation, float* total) const override {
    const FftShape& s = shape_;
    const int64_t lanes = s.loops.lanes;
    Buffer<float> spectrum(s.elements), signal(s.elements), work(s.work_floats());
    const float scale = 1 / static_cast<float>(s.plan.size);
    std::fill_n(spectrum.data(), s.elements, 0.f);
    for (int64_t k = 0; k < count; k += lanes) {
      const int64_t some = std::min(lanes, count - k);
      for (int64_t i = 0; i < some; ++i) {
        const float* from = sums + (k + i) * sums_row();
        for (int64_t f = 0; f < 2 * s.plan.size; ++f) spectrum[f * lanes + i] = from[f];
        total[k + i] = from[2 * s.plan.size];
      }
      s.loops.inverse(s.plan, spectrum.data(), work.data(), signal.data());
      for (int64_t i = 0; i < some; ++i) {
        float* to = correlation + (k + i) * s.bank.length;
        for (int64_t j = 0; j < s.bank.length; ++j) to[j] = scale * signal[j * s.slots + i];
      }
    }
  }

 private:
  FftShape shape_;
};

}  // namespace

std::unique_ptr<BankMethod> fft_bank(const KernelBankView& bank, int64_t samples, int64_t block, SimdLevel level) {
  return std::make_unique<FftBank>(bank, samples, block, level);
}

}  // namespace lathe::kernels
