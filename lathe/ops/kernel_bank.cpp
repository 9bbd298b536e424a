#include "lathe/ops/kernel_bank.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "lathe/kernels/kernel_bank.h"

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
      views_.push_back({weight.const_data_ptr<float>(), bias, mix, weight.size(0), weight.size(2), layout.pad_left[part],
                        layout.pad_right[part]});
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

KernelBankOptions on_torch_threads() {
  KernelBankOptions options;
  options.executor = [](int64_t tasks, const std::function<void(int64_t)>& task) {
    at::parallel_for(0, tasks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) task(i);
    });
  };
  return options;
}

struct KernelBankFunction : torch::autograd::Function<KernelBankFunction> {
  static Tensor forward(AutogradContext* context, at::TensorList tensors, const Layout& layout) {
    const variable_list saved(tensors.begin(), tensors.end());
    context->save_for_backward(saved);
    context->saved_data["pad_left"] = layout.pad_left;
    context->saved_data["pad_right"] = layout.pad_right;
    context->saved_data["has_bias"] = std::vector<int64_t>(layout.has_bias.begin(), layout.has_bias.end());
    const Banks banks(saved, layout);
    Tensor z = saved[0].new_empty({saved[0].size(0), 1, banks.outputs()});
    kernel_bank_forward(banks.input(), banks.views(), z.mutable_data_ptr<float>(), on_torch_threads());
    return z;
  }

  static variable_list backward(AutogradContext* context, const variable_list& upstream) {
    const variable_list tensors = context->get_saved_variables();
    Layout layout{context->saved_data["pad_left"].toIntVector(), context->saved_data["pad_right"].toIntVector(), {}};
    for (const int64_t has : context->saved_data["has_bias"].toIntVector()) layout.has_bias.push_back(has != 0);
    const Banks banks(tensors, layout);
    const Tensor dz = upstream[0].contiguous();
    variable_list gradients;
    for (const Tensor& tensor : tensors)
      gradients.push_back(tensor.requires_grad() ? tensor.new_empty(tensor.sizes()) : Tensor());
    const auto place = [&](size_t which) {
      return gradients[which].defined() ? gradients[which].mutable_data_ptr<float>() : nullptr;
    };
    std::vector<KernelBankGradient> targets;
    float* mix = place(1);
    size_t next = 2;
    for (size_t part = 0; part < layout.pad_left.size(); ++part) {
      const size_t weight = next++;
      targets.push_back({place(weight), layout.has_bias[part] ? place(next++) : nullptr, mix});
      if (mix != nullptr) mix += tensors[weight].size(0);
    }
    kernel_bank_backward(banks.input(), banks.views(), dz.const_data_ptr<float>(), targets, place(0), on_torch_threads());
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
  return KernelBankFunction::apply(at::TensorList(tensors), layout);
}

}  // namespace lathe
