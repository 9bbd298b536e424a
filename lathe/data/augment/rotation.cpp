/// rotation: the three axes of a sensor are turned about a random axis by a random angle, each row by itself, so that
/// nothing is learnt of how it was worn. Several sensors beside one another are turned alike.
/// Source: ssl-wearables (an axis of coordinates in [-1, 1], any angle), Rodrigues' formula.
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rand.h>

#include <cmath>
#include <numbers>

#include "lathe/data/augment/settings.h"
#include "lathe/data/augment/three_axes.h"

namespace lathe {
namespace {

/// Row by row the matrix that turns by `angle` about (x, y, z).
void write_rotation(double x, double y, double z, double angle, float* matrix) {
  const double length = std::max(std::sqrt(x * x + y * y + z * z), 1e-12);
  x /= length, y /= length, z /= length;
  const double sine = std::sin(angle), cosine = std::cos(angle), rest = 1 - cosine;
  const double values[9] = {cosine + x * x * rest,   x * y * rest - z * sine, x * z * rest + y * sine,
                            y * x * rest + z * sine, cosine + y * y * rest,   y * z * rest - x * sine,
                            z * x * rest - y * sine, z * y * rest + x * sine, cosine + z * z * rest};
  for (int i = 0; i < 9; ++i) matrix[i] = static_cast<float>(values[i]);
}

}  // namespace

Augmentation prepare_rotation(const Settings& settings) {
  const double chance = augment_detail::chance(settings, 1);
  const double most = augment_detail::above_zero(settings, "most_degrees", 180) / 180 * std::numbers::pi;
  return {augment_detail::needs_three_axes, [chance, most](AugmentRows& rows) {
            const int64_t count = rows.inputs.size(0);
            const at::Tensor drawn = at::rand({count, 4}, at::kDouble), chosen = at::rand({count});
            const at::Tensor matrices = at::empty({count, 1, 3, 3}, at::kFloat);
            for (int64_t row = 0; row < count; ++row) {
              const double* unit = drawn.const_data_ptr<double>() + 4 * row;
              const bool turned = chosen.const_data_ptr<float>()[row] < chance;
              write_rotation(2 * unit[0] - 1, 2 * unit[1] - 1, 2 * unit[2] - 1, turned ? (2 * unit[3] - 1) * most : 0.0,
                             matrices.mutable_data_ptr<float>() + 9 * row);
            }
            const at::Tensor sensors = rows.inputs.to(at::kFloat).unflatten(1, {rows.inputs.size(1) / 3, 3});
            rows.inputs = at::matmul(matrices, sensors).flatten(1, 2);
          }};
}

}  // namespace lathe
