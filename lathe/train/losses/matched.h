/// Output and target of the losses that compare value by value.
#pragma once

#include <string_view>
#include <utility>

#include "lathe/train/loss.h"

namespace lathe {

/// The one output, and the one target in its shape and type. @throws Error "loss 'NAME': …"
std::pair<at::Tensor, at::Tensor> matched(std::string_view loss, const std::vector<at::Tensor>& outputs,
                                          const Batch& batch);

}  // namespace lathe
