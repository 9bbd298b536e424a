/// Savitzky–Golay as a projection: row t of the projector onto polynomials is the filter for sample t of a window.
#include "lathe/signal/savgol.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>

#include "lathe/signal/checks.h"

namespace lathe {

namespace {

void check_fit(int64_t window, int64_t order) {
  check(window >= 1 && window % 2 == 1, "savgol: the window has no centre (expected an odd number of samples, got {})",
        window);
  check(order >= 0 && order < window, "savgol: the order does not fit the window (expected 0 to {}, got {})",
        window - 1, order);
}

/// Orthonormal polynomials of degree 0 … order on the window's samples, one a row.
std::vector<std::vector<double>> orthonormal_polynomials(int64_t window, int64_t order) {
  const double half = std::max<double>(1, static_cast<double>(window / 2));
  std::vector<std::vector<double>> rows;
  for (int64_t degree = 0; degree <= order; ++degree) {
    std::vector<double> row(window);
    for (int64_t t = 0; t < window; ++t) {
      const double position = static_cast<double>(t - window / 2) / half;  // in [-1, 1]: powers stay tame
      row[t] = degree == 0 ? 1.0 : position * rows[degree - 1][t];
    }
    for (int pass = 0; pass < 2; ++pass)  // twice is enough (Kahan, Parlett)
      for (const auto& other : rows) {
        double product = 0;
        for (int64_t t = 0; t < window; ++t) product += row[t] * other[t];
        for (int64_t t = 0; t < window; ++t) row[t] -= product * other[t];
      }
    double square = 0;
    for (const double value : row) square += value * value;
    for (double& value : row) value /= std::sqrt(square);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// [window, window], row-major: the least-squares fit as a matrix.
std::vector<double> projector(int64_t window, int64_t order) {
  const auto basis = orthonormal_polynomials(window, order);
  std::vector<double> matrix(window * window, 0.0);
  for (const auto& polynomial : basis)
    for (int64_t t = 0; t < window; ++t)
      for (int64_t s = 0; s < window; ++s) matrix[t * window + s] += polynomial[t] * polynomial[s];
  return matrix;
}

}  // namespace

std::vector<double> savgol_coefficients(int64_t window, int64_t order) {
  check_fit(window, order);
  std::vector<double> centre(window, 0.0);
  for (const auto& polynomial : orthonormal_polynomials(window, order))
    for (int64_t s = 0; s < window; ++s) centre[s] += polynomial[window / 2] * polynomial[s];
  return centre;
}

at::Tensor savgol(const at::Tensor& x, int64_t window, int64_t order) {
  signal_detail::check_signal("savgol", x);
  check_fit(window, order);
  const int64_t samples = x.size(-1), half = window / 2;
  check(window <= samples, "savgol: the window is longer than the signal (expected at most {} samples, got {})",
        samples, window);
  std::vector<double> matrix = projector(window, order);
  const at::Tensor fit = at::from_blob(matrix.data(), {window, window}, at::TensorOptions().dtype(at::kDouble))
                             .to(x.device(), at::kDouble, false, true);

  const at::Tensor wide = x.to(at::kDouble).reshape({-1, 1, samples});
  const at::Tensor middle = at::conv1d(wide, fit.narrow(0, half, 1).unsqueeze(0));
  const at::Tensor first = at::matmul(wide.narrow(2, 0, window), fit.narrow(0, 0, half).t());
  const at::Tensor last = at::matmul(wide.narrow(2, samples - window, window), fit.narrow(0, half + 1, half).t());
  return at::cat({first, middle, last}, 2).reshape(x.sizes()).to(x.scalar_type());
}

}  // namespace lathe
