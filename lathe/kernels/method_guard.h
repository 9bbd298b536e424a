/// Forces how kernel banks are computed, for whoever calls them through a graph and cannot hand them options.
#pragma once

#include <string_view>

#include "lathe/kernels/kernel_bank.h"

namespace lathe {

/// "auto", "direct" or "fft". @throws Error (usage) for another word
KernelBankMethod kernel_method(std::string_view name);

/// While it lives, kernel banks that this thread runs are computed by one method (as at::NoGradGuard, it nests).
/// Backward passes follow their forward pass. Kernels longer than the largest transform stay direct.
class KernelMethodGuard {
 public:
  explicit KernelMethodGuard(KernelBankMethod method);
  ~KernelMethodGuard();
  KernelMethodGuard(const KernelMethodGuard&) = delete;
  KernelMethodGuard& operator=(const KernelMethodGuard&) = delete;

 private:
  KernelBankMethod before_;
};

/// What holds in this thread now; automatic where no guard lives.
KernelBankMethod forced_kernel_method();

}  // namespace lathe
