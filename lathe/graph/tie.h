/// Which axes carry the same channel: the one fact from which pruning groups follow.
///
/// A conv says {out, weight:0, bias:0} and {in, weight:1}; an add says {in0, in1, out}; a flatten of T samples says
/// {in, out × T}. Channels of all nodes united through the ties fall into units that can only be removed together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lathe {

/// One axis of an input, the output or a parameter, and where channel i of the tie lies on it: at the entries
///   offset + (block · channels + i) · repeat + r   for every block < blocks and r < repeat.
struct TiedAxis {
  enum class Of { input, output, param };
  Of of = Of::output;
  int64_t input = 0;    ///< which input, when `of` is input
  std::string param;    ///< which parameter, when `of` is param
  int64_t axis = 1;     ///< the channel axis of inputs and outputs; any axis of a parameter
  int64_t offset = 0;   ///< concat: where this input's channels start
  int64_t repeat = 1;   ///< flatten: entries a channel becomes
  int64_t blocks = 1;   ///< grouped conv: how often the run of channels comes again

  TiedAxis from(int64_t start) const;
  TiedAxis repeated(int64_t times) const;
  TiedAxis in_blocks(int64_t count) const;
};

TiedAxis input_channels(int64_t input = 0);
TiedAxis output_channels();
TiedAxis param_axis(std::string param, int64_t axis);

struct Tie {
  int64_t channels = 0;
  std::vector<TiedAxis> axes;
  /// False where removal changes the other channels too (softmax, layer norm, gates): allowed, but never free of loss.
  bool exact = true;
};
using Ties = std::vector<Tie>;

}  // namespace lathe
