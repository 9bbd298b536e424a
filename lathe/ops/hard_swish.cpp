/// x · min(max(x + 3, 0), 6) / 6.
#include <ATen/ops/hardswish.h>

#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_hard_swish(const Attributes&) {
  return std::make_shared<Unary>("hard_swish", "HardSwish", [](const Tensor& x) { return at::hardswish(x); });
}

Value hard_swish(Value x, std::string name) {
  return x.builder->add(std::move(name), make_hard_swish({}), {x});
}

std::vector<OpSample> samples_hard_swish() {
  return unary_samples<hard_swish>();
}

std::vector<OnnxRule> onnx_hard_swish() {
  return {{"HardSwish", read_unary<hard_swish>}};
}

}  // namespace lathe
