#include "lathe/kernels/method_guard.h"

#include "lathe/base/errors.h"
#include "lathe/base/text.h"

namespace lathe {

static thread_local KernelBankMethod method_of_this_thread = KernelBankMethod::automatic;

KernelBankMethod forced_kernel_method() {
  return method_of_this_thread;
}

KernelBankMethod kernel_method(std::string_view name) {
  if (name == "auto") return KernelBankMethod::automatic;
  if (name == "direct") return KernelBankMethod::direct;
  if (name == "fft") return KernelBankMethod::fft;
  fail_as(ExitCode::usage, "{}", unknown_name("kernel method", std::string(name), {"auto", "direct", "fft"}));
}

KernelMethodGuard::KernelMethodGuard(KernelBankMethod method) : before_(method_of_this_thread) {
  method_of_this_thread = method;
}
KernelMethodGuard::~KernelMethodGuard() {
  method_of_this_thread = before_;
}

}  // namespace lathe
