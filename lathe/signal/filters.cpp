/// Poles of the analogue prototype -> band-pass -> bilinear transform -> polynomials; then the difference equation.
#include "lathe/signal/filters.h"

#include <algorithm>
#include <complex>
#include <numbers>

#include "lathe/signal/checks.h"

namespace lathe {

namespace {

using Complex = std::complex<double>;

/// Coefficients of Π (z − root), highest power first. The roots come in conjugate pairs, so the result is real.
std::vector<double> polynomial(const std::vector<Complex>& roots) {
  std::vector<Complex> coefficients{1.0};
  for (const Complex& root : roots) {
    coefficients.emplace_back(0.0);
    for (size_t i = coefficients.size() - 1; i > 0; --i) coefficients[i] -= root * coefficients[i - 1];
  }
  std::vector<double> real;
  for (const Complex& coefficient : coefficients) real.push_back(coefficient.real());
  return real;
}

}  // namespace

TransferFunction butterworth(const BandPass& band) {
  signal_detail::check_rate("butterworth", band.rate_hz);
  check(band.order >= 1 && band.order <= 24, "butterworth: the order is out of range (expected 1 to 24, got {})",
        band.order);
  check(0 < band.low_hz && band.low_hz < band.high_hz && band.high_hz < band.rate_hz / 2,
        "butterworth: the band does not fit (expected 0 < low < high < {} Hz, got {} to {} Hz)", band.rate_hz / 2,
        band.low_hz, band.high_hz);
  const double pi = std::numbers::pi;
  // Analogue edges that the bilinear transform (of rate 2, in its own units) bends back to the wanted ones.
  const double low = 4 * std::tan(pi * band.low_hz / band.rate_hz);
  const double high = 4 * std::tan(pi * band.high_hz / band.rate_hz);
  const double width = high - low, centre_squared = low * high;

  std::vector<Complex> poles;
  for (int64_t k = 0; k < band.order; ++k) {
    const double angle = pi * static_cast<double>(2 * k + 1 - band.order) / static_cast<double>(2 * band.order);
    const Complex prototype = -std::polar(1.0, angle) * (width / 2);
    const Complex offset = std::sqrt(prototype * prototype - centre_squared);
    poles.push_back(prototype + offset);
    poles.push_back(prototype - offset);
  }
  // `order` zeros at 0 and as many at infinity become z = 1 and z = −1.
  Complex gain = std::pow(width, static_cast<double>(band.order));
  std::vector<Complex> zeros;
  for (int64_t k = 0; k < band.order; ++k) {
    zeros.emplace_back(1.0);
    zeros.emplace_back(-1.0);
    gain *= 4.0;
  }
  for (Complex& pole : poles) {
    gain /= 4.0 - pole;
    pole = (4.0 + pole) / (4.0 - pole);
  }
  TransferFunction filter{polynomial(zeros), polynomial(poles)};
  for (double& b : filter.b) b *= gain.real();
  return filter;
}

at::Tensor lfilter(const TransferFunction& filter, const at::Tensor& x) {
  signal_detail::check_signal("lfilter", x);
  check(!filter.b.empty() && !filter.a.empty() && filter.a[0] != 0,
        "lfilter: the filter has no leading coefficient (expected b and a with a[0] not 0)");
  check(!x.requires_grad(), "lfilter: passes no gradient (expected a signal outside the graph); detach it first");
  const size_t taps = std::max(filter.a.size(), filter.b.size());
  std::vector<double> b(filter.b), a(filter.a);
  b.resize(taps, 0.0);
  a.resize(taps, 0.0);
  for (double& value : b) value /= filter.a[0];
  for (double& value : a) value /= filter.a[0];

  const int64_t samples = x.size(-1);
  at::Tensor y = x.to(at::kCPU, at::kDouble, /*non_blocking=*/false, /*copy=*/true).contiguous();
  double* value = y.mutable_data_ptr<double>();
  std::vector<double> state(taps);  // one more than the filter needs: the last stays 0
  for (int64_t row = 0; row < y.numel() / samples; ++row) {
    std::fill(state.begin(), state.end(), 0.0);
    for (int64_t t = 0; t < samples; ++t, ++value) {
      const double in = *value, out = b[0] * in + state[0];
      for (size_t i = 1; i < taps; ++i) state[i - 1] = b[i] * in + state[i] - a[i] * out;
      *value = out;
    }
  }
  return y.to(x.device(), x.scalar_type());
}

}  // namespace lathe
