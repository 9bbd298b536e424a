#include "lathe/pretrain/tasks/cubic_spline.h"

#include <algorithm>

#include "lathe/base/errors.h"

namespace lathe {
namespace {

/// The second derivative at every knot. The two conditions at the ends give those at the second knot and the last but
/// one at once; what lies between is a tridiagonal system.
std::vector<double> second_derivatives(std::span<const double> y) {
  const size_t n = y.size();
  const auto bend = [&](size_t i) { return y[i - 1] - 2 * y[i] + y[i + 1]; };
  std::vector<double> m(n), above(n);
  m[1] = bend(1);
  m[n - 2] = bend(n - 2);
  for (size_t i = 2; i + 2 < n; ++i) {  // m[i-1] + 4 m[i] + m[i+1] = 6 bend(i)
    const double pivot = 4 - (i > 2 ? above[i - 1] : 0);
    above[i] = 1 / pivot;
    m[i] = (6 * bend(i) - m[i - 1] - (i + 3 == n ? m[n - 2] : 0)) / pivot;
  }
  for (size_t i = n - 3; i-- > 2;) m[i] -= above[i] * m[i + 1];
  m[0] = 2 * m[1] - m[2];
  m[n - 1] = 2 * m[n - 2] - m[n - 3];
  return m;
}

}  // namespace

CubicSpline::CubicSpline(std::span<const double> values) {
  check(values.size() >= 4, "cubic spline: {} knots are given (expected at least 4)", values.size());
  const std::vector<double> m = second_derivatives(values);
  for (size_t i = 0; i + 1 < values.size(); ++i)
    pieces_.push_back(
        {values[i], values[i + 1] - values[i] - (2 * m[i] + m[i + 1]) / 6, m[i] / 2, (m[i + 1] - m[i]) / 6});
}

double CubicSpline::operator()(double place) const {
  const auto knot = static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(pieces_.size() - 1)));
  const Piece& piece = pieces_[knot];
  const double way = place - static_cast<double>(knot);
  return piece.constant + way * (piece.linear + way * (piece.square + way * piece.cube));
}

std::vector<double> CubicSpline::sampled(int64_t count) const {
  std::vector<double> values(static_cast<size_t>(count));
  const double step = static_cast<double>(pieces_.size()) / static_cast<double>(std::max<int64_t>(count - 1, 1));
  for (int64_t i = 0; i < count; ++i) values[static_cast<size_t>(i)] = (*this)(static_cast<double>(i) * step);
  return values;
}

}  // namespace lathe
