/// The table of front ends. A new one is a file and two lines.
#include "lathe/data/front_end.h"

namespace lathe {

FrontEndSettings resolve_log_mel(const FrontEndSettings& given, double rate_hz);
at::Tensor compute_log_mel(const at::Tensor& recordings, const FrontEndSettings& settings, double rate_hz);
FrontEndSettings resolve_none(const FrontEndSettings& given, double rate_hz);
at::Tensor compute_none(const at::Tensor& recordings, const FrontEndSettings& settings, double rate_hz);

const Registry<FrontEndEntry>& front_ends() {
  static const FrontEndEntry entries[] = {
      {"log_mel", "loudness of mel bands over time: [N, 1, T] to [N, 1, n_mels, frames]",
       "n_mels win_length hop_length n_fft fmin fmax preemphasis", resolve_log_mel, compute_log_mel},
      {"none", "rows as they are", "", resolve_none, compute_none},
  };
  static const Registry<FrontEndEntry> registry("front end", entries);
  return registry;
}

}  // namespace lathe
