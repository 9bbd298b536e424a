#include "lathe/ops/op_registry.h"

namespace lathe {

// The table: each name stands for OpPtr make_NAME(const Attributes&), std::vector<OpSample> samples_NAME() and
// std::vector<OnnxRule> onnx_NAME(), which NAME.cpp defines. A new op adds its name here and nothing anywhere else.
#define LATHE_OPS(OP)        \
  OP(abs)                    \
  OP(adaptive_average_pool)  \
  OP(add)                    \
  OP(average_pool)           \
  OP(batch_norm)             \
  OP(clip)                   \
  OP(concat)                 \
  OP(conv)                   \
  OP(conv_transpose)         \
  OP(div)                    \
  OP(dropout)                \
  OP(elu)                    \
  OP(erf)                    \
  OP(exp)                    \
  OP(fir)                    \
  OP(flatten)                \
  OP(gelu)                   \
  OP(global_average_pool)    \
  OP(global_max_pool)        \
  OP(group_norm)             \
  OP(hard_sigmoid)           \
  OP(hard_swish)             \
  OP(instance_norm)          \
  OP(k_winners)              \
  OP(layer_norm)             \
  OP(leaky_relu)             \
  OP(linear)                 \
  OP(log)                    \
  OP(log_softmax)            \
  OP(matmul)                 \
  OP(max_pool)               \
  OP(maximum)                \
  OP(minimum)                \
  OP(mul)                    \
  OP(neg)                    \
  OP(pad)                    \
  OP(periodogram)            \
  OP(pow)                    \
  OP(prelu)                  \
  OP(reciprocal)             \
  OP(reduce)                 \
  OP(relu)                   \
  OP(reshape)                \
  OP(sigmoid)                \
  OP(silu)                   \
  OP(slice)                  \
  OP(softmax)                \
  OP(softplus)               \
  OP(sqrt)                   \
  OP(squeeze)                \
  OP(sub)                    \
  OP(tanh)                   \
  OP(transpose)              \
  OP(unsqueeze)              \
  OP(upsample)               \
  OP(weighted_sum)

#define LATHE_DECLARE(name)                      \
  OpPtr make_##name(const Attributes& settings); \
  std::vector<OpSample> samples_##name();    \
  std::vector<OnnxRule> onnx_##name();
LATHE_OPS(LATHE_DECLARE)

/// A graph input is an op like the others for files and printing; builders make it, laws have nothing to say about it.
static OpPtr make_input(const Attributes& settings) { return std::make_shared<InputOp>(Shape(settings.list("shape"))); }
static std::vector<OpSample> no_samples() { return {}; }
static std::vector<OnnxRule> no_rules() { return {}; }

const Registry<OpEntry>& ops() {
  static const OpEntry entries[] = {
      {"input", make_input, no_samples, no_rules},
#define LATHE_ENTRY(name) {#name, make_##name, samples_##name, onnx_##name},
      LATHE_OPS(LATHE_ENTRY)
  };
  static const Registry<OpEntry> registry("op", entries);
  return registry;
}

}  // namespace lathe
