#include "lathe/pretrain/movement.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"

namespace lathe {

std::vector<double> movement(const Dataset& recordings, int64_t piece_samples) {
  constexpr int64_t kBlock = 1024;
  const at::Tensor& inputs = recordings.inputs;
  check(inputs.dim() == 3, "{}: movement is a matter of recordings [N, C, T] (got rows of {} axes)", recordings.name,
        inputs.dim() - 1);
  const int64_t samples = inputs.size(2);
  const int64_t piece = piece_samples > 0 ? std::min(piece_samples, samples) : samples;
  const int64_t pieces = samples / piece;
  const at::Tensor amount = at::empty({inputs.size(0)}, at::kDouble);
  for (int64_t row = 0; row < inputs.size(0); row += kBlock) {
    const int64_t rows = std::min(kBlock, inputs.size(0) - row);
    const at::Tensor block =
        inputs.narrow(0, row, rows).narrow(2, 0, pieces * piece).to(at::kFloat).reshape({rows, -1, pieces, piece});
    const at::Tensor variance = block.var(std::vector<int64_t>{3}, /*unbiased=*/false).sum(std::vector<int64_t>{1});
    amount.narrow(0, row, rows).copy_(variance.sqrt().mean(std::vector<int64_t>{1}));
    MappedFile::forget(inputs.const_data_ptr());
  }
  const double* values = amount.const_data_ptr<double>();
  return {values, values + amount.numel()};
}

}  // namespace lathe
