#include "lathe/kernels/kernel_bank.h"

#include <algorithm>
#include <memory>

#include "lathe/base/errors.h"
#include "lathe/kernels/bank_method.h"
#include "lathe/kernels/buffer.h"

namespace lathe {
namespace {

using kernels::BankChunk;
using kernels::BankKept;
using kernels::BankMethod;
using kernels::Buffer;
using kernels::chunk_windows;
using kernels::divide_up;

// Windows are cut into at most this many tasks whatever the number of threads: each adds up its own gradient sums, and
// these are added in the order of the tasks.
constexpr int64_t most_tasks = 16;
constexpr int64_t finish_kernels = 32;

struct Call {
  KernelBankInput input;
  std::span<const KernelBankView> banks;
  const KernelBankOptions& options;
  float* z = nullptr;
  const float* dz = nullptr;
  const KernelBankLoss* loss = nullptr;
  std::span<const KernelBankGradient> gradients = {};
  float* dx = nullptr;

  bool wants_gradients() const { return dz || loss; }
};

SimdLevel level_of(const KernelBankOptions& options) {
  const SimdLevel level = options.simd.value_or(best_simd_level());
  const std::vector<SimdLevel> levels = simd_levels();
  check(std::find(levels.begin(), levels.end(), level) != levels.end(),
        "kernel_bank: this machine does not run {} (best: {})", simd_level_name(level),
        simd_level_name(best_simd_level()));
  return level;
}

void check_call(const Call& call) {
  const KernelBankInput& input = call.input;
  const std::span<const KernelBankView> banks = call.banks;
  check(!banks.empty(), "kernel_bank: no bank (expected at least one)");
  check(input.windows >= 0 && input.samples >= 1,
        "kernel_bank: input of {} windows of {} samples (expected at least 1)", input.windows, input.samples);
  for (size_t g = 0; g < banks.size(); ++g) {
    const KernelBankView& bank = banks[g];
    check(bank.count >= 0 && bank.length >= 1 && bank.pad_left >= 0 && bank.pad_right >= 0,
          "kernel_bank: bank {} has {} kernels of length {} with padding {} and {} (expected none negative, length at "
          "least 1)",
          g, bank.count, bank.length, bank.pad_left, bank.pad_right);
    const int64_t outputs = kernel_bank_outputs(input, bank);
    check(outputs >= 1, "kernel_bank: bank {} of length {} is longer than the padded window of {} samples", g,
          bank.length, input.samples + bank.pad_left + bank.pad_right);
    check(outputs == kernel_bank_outputs(input, banks[0]),
          "kernel_bank: bank {} gives {} outputs (expected {}, as bank 0)", g, outputs,
          kernel_bank_outputs(input, banks[0]));
  }
  check(!call.wants_gradients() || call.gradients.size() == banks.size(),
        "kernel_bank: gradients for {} banks (expected {})", call.gradients.size(), banks.size());
}

using BankMethods = std::vector<std::unique_ptr<BankMethod>>;

BankMethods methods_for(const Call& call) {
  const SimdLevel level = level_of(call.options);
  const bool gradients = call.wants_gradients() || call.options.memory;
  BankMethods methods;
  for (const KernelBankView& bank : call.banks) {
    const int64_t block = kernels::choose_block(bank, call.input, call.options, level, gradients);
    methods.push_back(block > 0 ? kernels::fft_bank(bank, call.input.samples, block, level)
                                : kernels::direct_bank(bank, call.input.samples, level));
  }
  return methods;
}

void execute(const KernelBankOptions& options, int64_t tasks, const std::function<void(int64_t)>& task) {
  if (options.executor && tasks > 1) return options.executor(tasks, task);
  for (int64_t i = 0; i < tasks; ++i) task(i);
}

}  // namespace

struct KernelBankMemory::Contents {
  const float* x = nullptr;  // of the call that filled it
  std::vector<const float*> weights;
  int64_t windows = 0;
  std::vector<std::unique_ptr<BankMethod>> methods;
  std::vector<std::vector<BankKept>> chunks;  // [chunks, banks]; as many as there is room for
};

KernelBankMemory::KernelBankMemory() = default;
KernelBankMemory::~KernelBankMemory() = default;
KernelBankMemory::KernelBankMemory(KernelBankMemory&&) noexcept = default;
KernelBankMemory& KernelBankMemory::operator=(KernelBankMemory&&) noexcept = default;

namespace {

std::vector<const float*> weights_of(const Call& call) {
  std::vector<const float*> weights;
  for (const KernelBankView& bank : call.banks) weights.push_back(bank.weight);
  return weights;
}

/// The memory that the call reads, or starts to fill; null where it has none.
KernelBankMemory::Contents* memory_of(const Call& call) {
  KernelBankMemory* memory = call.options.memory;
  if (!memory || call.loss) return nullptr;
  if (call.dz) {
    const KernelBankMemory::Contents* filled = memory->contents.get();
    check(filled && filled->x == call.input.x && filled->windows == call.input.windows &&
              filled->weights == weights_of(call),
          "kernel_bank: the memory was not filled by a forward pass with these arguments");
    return memory->contents.get();
  }
  memory->contents = std::make_unique<KernelBankMemory::Contents>();
  KernelBankMemory::Contents& fresh = *memory->contents;
  fresh.x = call.input.x;
  fresh.windows = call.input.windows;
  fresh.weights = weights_of(call);
  fresh.methods = methods_for(call);
  int64_t bytes = 1;
  for (const auto& method : fresh.methods) bytes += method->kept_bytes(chunk_windows);
  const int64_t chunks = std::min(divide_up(call.input.windows, chunk_windows), memory->most_bytes / bytes);
  for (int64_t chunk = 0; chunk < chunks; ++chunk) fresh.chunks.emplace_back(fresh.methods.size());
  return memory->contents.get();
}

class Run {
 public:
  explicit Run(const Call& call)
      : call_(call),
        outputs_(kernel_bank_outputs(call.input, call.banks[0])),
        chunks_(divide_up(call.input.windows, chunk_windows)),
        tasks_(std::min(chunks_, most_tasks)),
        memory_(memory_of(call)),
        own_methods_(memory_ ? BankMethods() : methods_for(call)),
        methods_(memory_ ? memory_->methods : own_methods_),
        sums_(static_cast<size_t>(tasks_) * methods_.size()) {}

  void all() {
    execute(call_.options, tasks_, [&](int64_t task) { windows_of(task); });
    if (!call_.wants_gradients()) return;
    std::vector<std::pair<size_t, int64_t>> parts;  // bank, first kernel
    for (size_t g = 0; g < methods_.size(); ++g) {
      for (int64_t k = 0; k < call_.banks[g].count; k += finish_kernels) parts.emplace_back(g, k);
    }
    execute(call_.options, std::ssize(parts), [&](int64_t part) {
      const auto& [g, k] = parts[static_cast<size_t>(part)];
      finish(g, k);
    });
  }

 private:
  Buffer<float>& sums(int64_t task, size_t g) { return sums_[static_cast<size_t>(task) * methods_.size() + g]; }

  void windows_of(int64_t task) {
    std::vector<std::unique_ptr<BankChunk>> banks;
    for (size_t g = 0; g < methods_.size(); ++g) {
      banks.push_back(methods_[g]->chunk(std::min(chunk_windows, call_.input.windows)));
      if (!call_.wants_gradients()) continue;
      const int64_t floats = call_.banks[g].count * methods_[g]->sums_row();
      sums(task, g) = Buffer<float>(floats);
      std::fill_n(sums(task, g).data(), floats, 0.f);
    }
    Buffer<float> z(call_.loss && !call_.z ? chunk_windows * outputs_ : 0);
    Buffer<float> dz(call_.loss ? chunk_windows * outputs_ : 0);
    std::vector<BankKept> scratch(banks.size());
    for (int64_t chunk = chunks_ * task / tasks_; chunk < chunks_ * (task + 1) / tasks_; ++chunk) {
      const bool in_memory = memory_ && chunk < std::ssize(memory_->chunks);
      std::vector<BankKept>& kept = in_memory ? memory_->chunks[static_cast<size_t>(chunk)] : scratch;
      const int64_t first = chunk * chunk_windows;
      const int64_t windows = std::min(chunk_windows, call_.input.windows - first);
      float* z_here = call_.z ? call_.z + first * outputs_ : call_.loss ? z.data() : nullptr;
      if (z_here) std::fill_n(z_here, windows * outputs_, 0.f);
      for (size_t g = 0; g < banks.size() && !(in_memory && call_.dz); ++g) {
        banks[g]->forward(call_.input.x + first * call_.input.samples, windows, z_here,
                          in_memory || call_.wants_gradients(), kept[g]);
      }
      if (!call_.wants_gradients()) continue;
      for (int64_t n = 0; call_.loss && n < windows; ++n) {
        (*call_.loss)(first + n, z_here + n * outputs_, dz.data() + n * outputs_);
      }
      const float* dz_here = call_.dz ? call_.dz + first * outputs_ : dz.data();
      float* dx = call_.dx ? call_.dx + first * call_.input.samples : nullptr;
      if (dx) std::fill_n(dx, windows * call_.input.samples, 0.f);
      for (size_t g = 0; g < banks.size(); ++g) banks[g]->backward(dz_here, kept[g], sums(task, g).data(), dx);
    }
  }

  /// From the tasks' sums to the gradients of some kernels. Since relu(u) = [u > 0] * (bias + weight · x), the gradient
  /// of mix is weight · correlation + bias * total: responses need not be kept for it.
  void finish(size_t g, int64_t first) {
    const KernelBankView& bank = call_.banks[g];
    const KernelBankGradient& gradient = call_.gradients[g];
    const int64_t count = std::min(finish_kernels, bank.count - first), row = methods_[g]->sums_row();
    Buffer<float> sum(count * row), correlation(count * bank.length), total(count);
    std::fill_n(sum.data(), count * row, 0.f);
    for (int64_t task = 0; task < tasks_; ++task) {
      const float* from = sums(task, g).data() + first * row;
      for (int64_t i = 0; i < count * row; ++i) sum[i] += from[i];
    }
    methods_[g]->finish(sum.data(), count, correlation.data(), total.data());
    for (int64_t i = 0; i < count; ++i) {
      const int64_t k = first + i;
      double mix = bank.bias ? static_cast<double>(bank.bias[k]) * total[i] : 0;
      for (int64_t j = 0; j < bank.length; ++j) {
        const float sum_at = correlation[i * bank.length + j];
        mix += static_cast<double>(bank.weight[k * bank.length + j]) * sum_at;
        if (gradient.weight) gradient.weight[k * bank.length + j] = bank.mix[k] * sum_at;
      }
      if (gradient.bias) gradient.bias[k] = bank.mix[k] * total[i];
      if (gradient.mix) gradient.mix[k] = static_cast<float>(mix);
    }
  }

  const Call& call_;
  int64_t outputs_, chunks_, tasks_;
  KernelBankMemory::Contents* memory_;
  BankMethods own_methods_;
  const BankMethods& methods_;
  std::vector<Buffer<float>> sums_;  // [tasks, banks]
};

void run(const Call& call) {
  check_call(call);
  Run(call).all();
}

}  // namespace

int64_t kernel_bank_outputs(const KernelBankInput& input, const KernelBankView& bank) {
  return input.samples + bank.pad_left + bank.pad_right - bank.length + 1;
}

void kernel_bank_forward(const KernelBankInput& input, std::span<const KernelBankView> banks, float* z,
                         const KernelBankOptions& options) {
  run({.input = input, .banks = banks, .options = options, .z = z});
}

void kernel_bank_backward(const KernelBankInput& input, std::span<const KernelBankView> banks, const float* dz,
                          std::span<const KernelBankGradient> gradients, float* dx, const KernelBankOptions& options) {
  run({.input = input, .banks = banks, .options = options, .dz = dz, .gradients = gradients, .dx = dx});
}

void kernel_bank_step(const KernelBankInput& input, std::span<const KernelBankView> banks, const KernelBankLoss& loss,
                      float* z, std::span<const KernelBankGradient> gradients, float* dx,
                      const KernelBankOptions& options) {
  run({.input = input, .banks = banks, .options = options, .z = z, .loss = &loss, .gradients = gradients, .dx = dx});
}

std::vector<std::string> kernel_bank_plan(const KernelBankInput& input, std::span<const KernelBankView> banks,
                                          const KernelBankOptions& options) {
  const SimdLevel level = level_of(options);
  std::vector<std::string> plan;
  for (const KernelBankView& bank : banks) {
    const int64_t block = kernels::choose_block(bank, input, options, level, options.memory != nullptr);
    plan.push_back(block > 0 ? fmt::format("fft of {}, {}", block, simd_level_name(level))
                             : fmt::format("direct, {}", simd_level_name(level)));
  }
  return plan;
}

}  // namespace lathe
