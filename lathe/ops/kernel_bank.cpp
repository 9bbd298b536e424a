#include "lathe/ops/kernel_bank.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <dlfcn.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "lathe/base/errors.h"
#include "lathe/kernels/method_guard.h"

namespace lathe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What is known of the banks besides tensors, in the order of the tensors.
struct Layout {
  std::vector<int64_t> pad_left, pad_right;
  std::vector<bool> has_bias;
};

/// The tensors [x, mix, weight, bias?, weight, bias?, …] as the kernels want them. Holds what it points into.
class Banks {
 public:
  Banks(const variable_list& tensors, const Layout& layout) {
    for (const Tensor& tensor : tensors) held_.push_back(tensor.detach().contiguous());
    const float* mix = held_[1].const_data_ptr<float>();
    size_t next = 2;
    for (size_t part = 0; part < layout.pad_left.size(); ++part) {
      const Tensor& weight = held_[next++];
      const float* bias = layout.has_bias[part] ? held_[next++].const_data_ptr<float>() : nullptr;
      views_.push_back({weight.const_data_ptr<float>(), bias, mix, weight.size(0), weight.size(2),
                        layout.pad_left[part], layout.pad_right[part]});
      mix += weight.size(0);
    }
  }
  KernelBankInput input() const { return {held_[0].const_data_ptr<float>(), held_[0].size(0), held_[0].size(2)}; }
  const std::vector<KernelBankView>& views() const { return views_; }
  int64_t outputs() const { return kernel_bank_outputs(input(), views_[0]); }

 private:
  std::vector<Tensor> held_;
  std::vector<KernelBankView> views_;
};

/// Calls work on so many threads at once: on LibTorch's own, for its idle threads spin a while and would keep others
/// from the cores. They belong to the OpenMP library that it has loaded; at::parallel_for would want it at compile
/// time, too.
void on_team(int64_t threads, const std::function<void()>& work) {
  using Parallel = void (*)(void (*)(void*), void*, unsigned, unsigned);
  static const auto parallel = reinterpret_cast<Parallel>(::dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  if (threads > 1 && parallel) {
    const auto call = [](void* what) { (*static_cast<const std::function<void()>*>(what))(); };
    return parallel(call, const_cast<std::function<void()>*>(&work), static_cast<unsigned>(threads), 0);
  }
  std::vector<std::thread> team;
  for (int64_t thread = 1; thread < threads; ++thread) team.emplace_back(work);
  work();
  for (std::thread& member : team) member.join();
}

/// Tasks go to whichever thread is free; what a task computes does not depend on its thread.
void on_threads(int64_t tasks, const std::function<void(int64_t)>& task) {
  std::atomic<int64_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  on_team(at::in_parallel_region() ? 1 : std::min<int64_t>(tasks, at::get_num_threads()), [&] {
    try {
      for (int64_t i = next++; i < tasks; i = next++) task(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

KernelBankOptions on_torch_threads() {
  KernelBankOptions options;
  options.executor = on_threads;
  return options;
}

Tensor forward_of(const Banks& banks, const KernelBankOptions& options) {
  Tensor z = at::empty({banks.input().windows, 1, banks.outputs()});
  kernel_bank_forward(banks.input(), banks.views(), z.mutable_data_ptr<float>(), options);
  return z;
}

/// What the backward pass needs of the forward pass besides the saved tensors (which also see to it that nobody has
/// changed them in between).
struct Held : torch::CustomClassHolder {
  Held(const variable_list& tensors, Layout layout_) : layout(std::move(layout_)), banks(tensors, layout) {}
  Layout layout;
  Banks banks;
  KernelBankMethod method = forced_kernel_method();
  KernelBankMemory memory;

  KernelBankOptions options() {
    KernelBankOptions options = on_torch_threads();
    options.method = method;
    options.memory = &memory;
    return options;
  }
};

struct KernelBankFunction : torch::autograd::Function<KernelBankFunction> {
  static Tensor forward(AutogradContext* context, at::TensorList tensors, const Layout& layout) {
    const variable_list saved(tensors.begin(), tensors.end());
    context->save_for_backward(saved);
    const auto held = c10::make_intrusive<Held>(saved, layout);
    context->saved_data["held"] = c10::IValue::make_capsule(held);
    return forward_of(held->banks, held->options());
  }

  static variable_list backward(AutogradContext* context, const variable_list& upstream) {
    const variable_list tensors = context->get_saved_variables();
    const c10::intrusive_ptr<torch::CustomClassHolder> capsule = context->saved_data["held"].toCapsule();
    Held& held = static_cast<Held&>(*capsule);
    const Tensor dz = upstream[0].contiguous();
    variable_list gradients;
    for (const Tensor& tensor : tensors)
      gradients.push_back(tensor.requires_grad() ? at::empty(tensor.sizes(), tensor.options()) : Tensor());
    const auto place = [&](size_t which) {
      return gradients[which].defined() ? gradients[which].mutable_data_ptr<float>() : nullptr;
    };
    std::vector<KernelBankGradient> targets;
    float* mix = place(1);
    size_t next = 2;
    for (size_t part = 0; part < held.layout.pad_left.size(); ++part) {
      const size_t weight = next++;
      targets.push_back({place(weight), held.layout.has_bias[part] ? place(next++) : nullptr, mix});
      if (mix != nullptr) mix += tensors[weight].size(0);
    }
    kernel_bank_backward(held.banks.input(), held.banks.views(), dz.const_data_ptr<float>(), targets, place(0),
                         held.options());
    gradients.emplace_back();  // the layout
    return gradients;
  }
};

}  // namespace

Tensor kernel_bank(const Tensor& x, const std::vector<KernelBankPart>& parts, const Tensor& mix) {
  std::vector<Tensor> tensors = {x, mix};
  Layout layout;
  for (const KernelBankPart& part : parts) {
    tensors.push_back(part.weight);
    if (part.bias.defined()) tensors.push_back(part.bias);
    layout.has_bias.push_back(part.bias.defined());
    layout.pad_left.push_back(part.pad_left);
    layout.pad_right.push_back(part.pad_right);
  }
  const bool follows =
      at::GradMode::is_enabled() &&
      std::any_of(tensors.begin(), tensors.end(), [](const Tensor& tensor) { return tensor.requires_grad(); });
  if (follows) return KernelBankFunction::apply(at::TensorList(tensors), layout);
  KernelBankOptions options = on_torch_threads();
  options.method = forced_kernel_method();
  return forward_of(Banks(tensors, layout), options);
}

}  // namespace lathe
