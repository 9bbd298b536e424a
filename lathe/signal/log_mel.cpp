#include "lathe/signal/log_mel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>

#include <algorithm>

#include "lathe/signal/checks.h"

namespace lathe {

namespace {

at::Tensor emphasised(const at::Tensor& x, double preemphasis) {
  if (preemphasis == 0) return x;
  return x.narrow(-1, 1, x.size(-1) - 1) - x.narrow(-1, 0, x.size(-1) - 1) * preemphasis;
}

/// Of rows [N, T] that fit into memory together.
at::Tensor piece(const at::Tensor& x, const LogMelOptions& options, const at::Tensor& bank) {
  const at::Tensor power = power_spectrogram(emphasised(x, options.preemphasis), options.spectrogram());
  return ((at::matmul(power, bank) + 1e-5).log() + 4.5).div(5).transpose(-2, -1);
}

}  // namespace

at::Tensor log_mel(const at::Tensor& x, const LogMelOptions& options) {
  signal_detail::check_signal("log_mel", x);
  check(options.preemphasis >= 0 && options.preemphasis <= 1, "log_mel: preemphasis is {} (expected 0 to 1)",
        options.preemphasis);
  const int64_t samples = x.size(-1), kept = samples - (options.preemphasis > 0 ? 1 : 0);
  check(kept > options.n_fft / 2, "log_mel: the recording is too short (expected at least {} samples, got {})",
        options.n_fft / 2 + 1 + samples - kept, samples);
  const at::Tensor bank = mel_bank(options.bank()).t().to(x.device(), x.scalar_type()).contiguous();  // [bins, n_mels]
  const at::Tensor rows = x.reshape({-1, samples});
  // Frames of about 8 MB at a time: more would not stay in the caches, less would not fill the threads.
  constexpr int64_t kFrameValues = int64_t{1} << 21;
  const int64_t frames = spectrogram_frames(kept, options.spectrogram());
  const int64_t rows_at_once = std::max<int64_t>(1, kFrameValues / (frames * options.n_fft));
  std::vector<at::Tensor> pieces;
  for (int64_t row = 0; row < rows.size(0); row += rows_at_once)
    pieces.push_back(piece(rows.narrow(0, row, std::min(rows_at_once, rows.size(0) - row)), options, bank));
  check(!pieces.empty(), "log_mel: there are no rows");
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.pop_back();
  sizes.insert(sizes.end(), {options.n_mels, frames});
  return at::cat(pieces, 0).reshape(sizes);
}

}  // namespace lathe
