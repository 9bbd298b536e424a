#include "lathe/eval/seeds.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "lathe/base/errors.h"

namespace lathe {

/// The 97.5 % point of Student's t with so many degrees of freedom.
static double student(size_t freedom) {
  constexpr double points[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                               2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086};
  if (freedom <= std::size(points)) return points[freedom - 1];
  const double z = 1.959964, n = static_cast<double>(freedom);  // Cornish and Fisher's expansion, to 1e-3 from here on
  return z + (z * z * z + z) / (4 * n) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
}

SeedInterval seed_interval(const std::vector<double>& values) {
  check(!values.empty(), "an interval over seeds needs at least one value");
  const double count = static_cast<double>(values.size());
  SeedInterval interval;
  interval.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  interval.deviation = interval.low = interval.high = std::numeric_limits<double>::quiet_NaN();
  if (values.size() < 2) return interval;
  double squares = 0;
  for (const double value : values) squares += (value - interval.mean) * (value - interval.mean);
  interval.deviation = std::sqrt(squares / (count - 1));
  const double half = student(values.size() - 1) * interval.deviation / std::sqrt(count);
  interval.low = interval.mean - half;
  interval.high = interval.mean + half;
  return interval;
}

SeedInterval seed_difference(const std::vector<double>& a, const std::vector<double>& b) {
  check(a.size() == b.size(), "{} and {} values cannot be compared seed by seed", a.size(), b.size());
  std::vector<double> differences;
  for (size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return seed_interval(differences);
}

}  // namespace lathe
