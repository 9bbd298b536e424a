#include "lathe/kernels/coactivation.h"

#include <algorithm>

#include "lathe/base/errors.h"
#include "lathe/kernels/loops.h"

namespace lathe {
namespace {

using kernels::CoactivationLoops;
using kernels::CoactivationPairs;

constexpr int64_t kWordRows = 32, kTile = 8;

const CoactivationLoops& loops_for(const CoactivationOptions& options) {
  return kernels::coactivation_loops(options.simd.value_or(best_simd_level()));
}

/// Positions of an output and of the input that one place of the kernel takes it from; those in zero padding are left
/// out.
struct Places {
  std::vector<int32_t> out, in;
};

Places places_of(const CoactivationAxis& axis, int64_t tap) {
  Places places;
  for (int64_t o = 0; o < axis.out; ++o) {
    int64_t i = o * axis.stride + tap * axis.dilation - axis.padding;
    if (axis.circular) i = (i % axis.in + axis.in) % axis.in;
    if (i < 0 || i >= axis.in) continue;
    places.out.push_back(static_cast<int32_t>(o));
    places.in.push_back(static_cast<int32_t>(i));
  }
  return places;
}

/// The product of two axes: positions in [height, width].
Places crossed(const Places& rows, const Places& columns, int64_t out_width, int64_t in_width) {
  Places all;
  for (size_t r = 0; r < rows.out.size(); ++r)
    for (size_t c = 0; c < columns.out.size(); ++c) {
      all.out.push_back(static_cast<int32_t>(rows.out[r] * out_width + columns.out[c]));
      all.in.push_back(static_cast<int32_t>(rows.in[r] * in_width + columns.in[c]));
    }
  return all;
}

/// One side of the layer as bits. `one` is read word by word, `many` in vectors of channels.
struct Side {
  int64_t channels, positions;
  const float* values;  ///< [rows, channels, positions]

  /// [channels, positions]
  void pack(const CoactivationLoops& loops, int64_t first_row, int64_t rows, float threshold,
            std::vector<uint32_t>& words) const {
    words.resize(static_cast<size_t>(channels * positions));
    loops.pack(values + first_row * channels * positions, channels * positions, rows, channels * positions, threshold,
               words.data());
  }
};

/// [channels, positions] -> [positions, padded], zeros behind the channels of a group.
void lay_across(const uint32_t* words, int64_t channels, int64_t positions, int64_t padded,
                std::vector<uint32_t>& across) {
  across.assign(static_cast<size_t>(positions * padded), 0);
  for (int64_t p0 = 0; p0 < positions; p0 += 16)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = p0; p < std::min(p0 + 16, positions); ++p)
        across[static_cast<size_t>(p * padded + c)] = words[c * positions + p];
}

class Counting {
 public:
  Counting(const CoactivationLayer& layer, const CoactivationOptions& options)
      : layer_(layer), loops_(loops_for(options)), threshold_(options.threshold) {
    check(layer.axes.size() <= 2, "coactivation: {} axes (expected none, one or two)", layer.axes.size());
    check(layer.groups > 0 && layer.in_channels % layer.groups == 0 && layer.out_channels % layer.groups == 0,
          "coactivation: {} input and {} output channels do not split into {} groups", layer.in_channels,
          layer.out_channels, layer.groups);
    const CoactivationAxis none;
    const CoactivationAxis& rows = layer.axes.size() == 2 ? layer.axes[0] : none;
    const CoactivationAxis& columns = layer.axes.empty() ? none : layer.axes.back();
    in_positions_ = rows.in * columns.in;
    out_positions_ = rows.out * columns.out;
    for (int64_t i = 0; i < rows.kernel; ++i)
      for (int64_t j = 0; j < columns.kernel; ++j)
        taps_.push_back(crossed(places_of(rows, i), places_of(columns, j), columns.out, columns.in));
  }

  void add(const float* in, const float* out, int64_t* counts) const {
    const int64_t group_in = layer_.in_channels / layer_.groups, group_out = layer_.out_channels / layer_.groups;
    const auto waste = [&](int64_t channels) { return padded(channels) * 1.0 / static_cast<double>(channels); };
    const bool inputs_across = waste(group_in) <= waste(group_out);  // vectors lie across one side's channels
    const Side one =
        inputs_across ? Side{layer_.out_channels, out_positions_, out} : Side{layer_.in_channels, in_positions_, in};
    const Side many =
        inputs_across ? Side{layer_.in_channels, in_positions_, in} : Side{layer_.out_channels, out_positions_, out};
    const int64_t ones = one.channels / layer_.groups, manies = many.channels / layer_.groups, stride = padded(manies);
    std::vector<uint32_t> one_words, many_words, across;
    std::vector<int32_t> sums(static_cast<size_t>(ones * stride));
    for (int64_t row = 0; row < layer_.rows; row += kWordRows) {
      const int64_t rows = std::min(kWordRows, layer_.rows - row);
      one.pack(loops_, row, rows, threshold_, one_words);
      many.pack(loops_, row, rows, threshold_, many_words);
      for (int64_t group = 0; group < layer_.groups; ++group) {
        lay_across(many_words.data() + group * manies * many.positions, manies, many.positions, stride, across);
        for (size_t tap = 0; tap < taps_.size(); ++tap) {
          std::fill(sums.begin(), sums.end(), 0);
          const std::vector<int32_t>& one_at = inputs_across ? taps_[tap].out : taps_[tap].in;
          const std::vector<int32_t>& many_at = inputs_across ? taps_[tap].in : taps_[tap].out;
          const CoactivationPairs pairs{one_at.data(), many_at.data(), static_cast<int64_t>(one_at.size())};
          for (int64_t lane = 0; lane < stride; lane += loops_.lanes)
            for (int64_t i = 0; i < ones; i += kTile)
              loops_.count(pairs, one_words.data() + (group * ones + i) * one.positions, one.positions,
                           std::min(kTile, ones - i), across.data() + lane, stride, sums.data() + i * stride + lane,
                           stride);
          store(sums, group, static_cast<int64_t>(tap), ones, manies, stride, inputs_across, counts);
        }
      }
    }
  }

 private:
  const CoactivationLayer& layer_;
  const CoactivationLoops& loops_;
  float threshold_;
  int64_t in_positions_ = 1, out_positions_ = 1;
  std::vector<Places> taps_;  ///< one a place of the kernel

  int64_t padded(int64_t channels) const { return (channels + loops_.lanes - 1) / loops_.lanes * loops_.lanes; }

  void store(const std::vector<int32_t>& sums, int64_t group, int64_t tap, int64_t ones, int64_t manies, int64_t stride,
             bool inputs_across, int64_t* counts) const {
    const int64_t group_in = inputs_across ? manies : ones, group_out = inputs_across ? ones : manies;
    const auto taps = static_cast<int64_t>(taps_.size());
    for (int64_t o = 0; o < group_out; ++o)
      for (int64_t c = 0; c < group_in; ++c)
        counts[((group * group_out + o) * group_in + c) * taps + tap] +=
            sums[static_cast<size_t>(inputs_across ? o * stride + c : c * stride + o)];
  }
};

}  // namespace

void count_coactivations(const CoactivationLayer& layer, const float* in, const float* out, int64_t* counts,
                         const CoactivationOptions& options) {
  Counting(layer, options).add(in, out, counts);
}

}  // namespace lathe
