/// A cubic spline through values one apart, as scipy's CubicSpline draws it: twice differentiable, and at the second
/// and the last knot but one also three times ("not-a-knot").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lathe {

class CubicSpline {
 public:
  /// @param values  at 0, 1, 2, …; at least four
  explicit CubicSpline(std::span<const double> values);
  double operator()(double place) const;
  /// At `count` places, evenly spaced from the first knot to the last.
  std::vector<double> sampled(int64_t count) const;

 private:
  struct Piece {
    double constant, linear, square, cube;  ///< of the way from the knot
  };
  std::vector<Piece> pieces_;
};

}  // namespace lathe
