/// The tensors that a node owns: parameters (trained) and buffers (running statistics, fixed filters).
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace lathe {

using at::Tensor;

struct Param {
  std::string name;  ///< "weight"; with its node's name in front it is the key in files: "stem.weight"
  Tensor value;
  bool buffer = false;  ///< a buffer never trains; a frozen parameter is one whose requires_grad is off
  bool frozen = false;  ///< of a buffer: training does not change it either (running statistics)
};

/// In the order of creation, which is PyTorch's for published architectures.
class Params {
 public:
  Params() = default;
  Params(std::initializer_list<Param> params) : params_(params) {}
  void add(Param param) { params_.push_back(std::move(param)); }
  /// The tensor of that name; an undefined tensor where there is none (a conv without bias).
  const Tensor& operator[](std::string_view name) const;
  bool has(std::string_view name) const { return (*this)[name].defined(); }
  Param* find(std::string_view name);
  const Param* find(std::string_view name) const { return const_cast<Params*>(this)->find(name); }
  auto begin() { return params_.begin(); }
  auto end() { return params_.end(); }
  auto begin() const { return params_.begin(); }
  auto end() const { return params_.end(); }
  bool empty() const { return params_.empty(); }

 private:
  std::vector<Param> params_;
};

}  // namespace lathe
