/// What every function of this folder asks of its input; not for use outside lathe/signal.
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "lathe/base/errors.h"

namespace lathe::signal_detail {

/// Refuses anything that is not a float signal with at least one sample along its last axis.
inline void check_signal(std::string_view where, const at::Tensor& x) {
  check(x.defined() && x.dim() >= 1, "{}: the signal has no time axis (expected [..., T])", where);
  check(x.size(-1) >= 1, "{}: the signal is empty (expected at least 1 sample, got 0)", where);
  check(x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble,
        "{}: the signal has the wrong type (expected float32 or float64, got {})", where,
        c10::toString(x.scalar_type()));
}

inline void check_rate(std::string_view where, double rate_hz) {
  check(rate_hz > 0 && rate_hz < 1e12, "{}: the sampling rate makes no sense (expected more than 0 Hz, got {})", where,
        rate_hz);
}

}  // namespace lathe::signal_detail
