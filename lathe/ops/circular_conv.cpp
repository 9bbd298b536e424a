#include "lathe/ops/circular_conv.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <tuple>
#include <vector>

namespace lathe {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// How a window of T samples is cut: `tiles` times `out` outputs from `in` samples each.
struct Tiling {
  int64_t in = 0, out = 0, tiles = 0;
  bool whole = false;  ///< one tile, the window itself: its transform is circular already
  int64_t products() const { return in % 2 == 0 ? 2 + 3 * (in / 2 - 1) : 1 + 3 * (in / 2); }
};

/// The three linear maps of the bilinear algorithm: y = inverseᵀ · (signal x ⊙ kernel w).
struct Basis {
  Tensor signal;   ///< [B, in]
  Tensor kernel;   ///< [B, k]
  Tensor inverse;  ///< [B, out]
};

Tensor matrix(const std::vector<std::vector<double>>& rows) {
  std::vector<double> flat;
  for (const std::vector<double>& row : rows) flat.insert(flat.end(), row.begin(), row.end());
  return at::tensor(flat, at::kFloat).view({static_cast<int64_t>(rows.size()), -1});
}

/// With X = a + bi and W = c + di at one frequency, X·W comes from c(a + b), a(d - c) and b(c + d).
Basis make_basis(const Tiling& tiling, int64_t k, int64_t left) {
  const int64_t n = tiling.in;
  std::vector<std::vector<double>> signal, kernel, inverse;
  const auto wave = [&](int64_t frequency, int64_t size, int64_t from, bool sine) {
    std::vector<double> values;
    for (int64_t i = 0; i < size; ++i) {
      const double angle =
          2 * std::numbers::pi * static_cast<double>(frequency * (i - from) % n) / static_cast<double>(n);
      values.push_back(sine ? std::sin(angle) : std::cos(angle));
    }
    return values;
  };
  const auto mixed = [](double p, const std::vector<double>& x, double q, const std::vector<double>& y) {
    std::vector<double> sum(x.size());
    for (size_t i = 0; i < x.size(); ++i) sum[i] = p * x[i] + q * y[i];
    return sum;
  };
  for (int64_t f = 0; 2 * f <= n; ++f) {
    const auto a = wave(f, n, 0, false), b = wave(f, n, 0, true);  // X = a - bi
    const auto c = wave(f, k, left, false), d = wave(f, k, left, true);
    const auto real = wave(f, tiling.out, 0, false), imaginary = wave(f, tiling.out, 0, true);
    const double share = 1 / static_cast<double>(n);
    if (f == 0 || 2 * f == n) {
      signal.push_back(a);
      kernel.push_back(c);
      inverse.push_back(mixed(share, real, 0, real));
      continue;
    }
    signal.insert(signal.end(), {mixed(1, a, -1, b), a, mixed(-1, b, 0, b)});
    kernel.insert(kernel.end(), {c, mixed(1, d, -1, c), mixed(1, c, 1, d)});
    inverse.insert(inverse.end(), {mixed(2 * share, real, -2 * share, imaginary), mixed(-2 * share, imaginary, 0, real),
                                   mixed(-2 * share, real, 0, real)});
  }
  return {matrix(signal), matrix(kernel), matrix(inverse)};
}

const Basis& basis_of(const Tiling& tiling, int64_t k, int64_t left) {
  static std::mutex mutex;
  static auto* known = new std::map<std::tuple<int64_t, int64_t, int64_t, int64_t>, Basis>;
  const std::lock_guard lock(mutex);
  const auto [place, fresh] = known->try_emplace({tiling.in, tiling.out, k, left});
  if (fresh) place->second = make_basis(tiling, k, left);
  return place->second;
}

struct Sizes {
  int64_t n, c, t, o, k;
};

Sizes sizes_of(const Tensor& x, const Tensor& weight) {
  return {x.size(0), x.size(1), x.size(2), weight.size(0), weight.size(2)};
}

/// Multiplications of a training step a window, others weighed by what they cost beside those of large products.
double cost_of(const Tiling& tiling, const Sizes& s) {
  const auto products = static_cast<double>(tiling.products()), rows = products * static_cast<double>(tiling.tiles);
  const auto c = static_cast<double>(s.c), o = static_cast<double>(s.o);
  const double skinny = 1.7, moving = 10;
  const double transforms = skinny * rows * (static_cast<double>(tiling.in) * c + static_cast<double>(tiling.out) * o);
  const double weights = 4 * products * static_cast<double>(s.k) * c * o / static_cast<double>(s.n);
  return 3 * rows * c * o + 2 * transforms + 4 * moving * rows * (c + o) / 2 + 3 * weights;
}

Tiling tiling_of(const Sizes& s) {
  const Tiling whole{s.t, s.t, 1, true};
  Tiling best = whole;
  for (int64_t out = 8; out <= 20 && out < s.t; ++out) {
    const Tiling one{out + s.k - 1, out, (s.t + out - 1) / out, false};
    if (one.in <= s.t && cost_of(one, s) < cost_of(best, s)) best = one;
  }
  return best;
}

/// Applies `work` to the columns of a tile: as a view where they lie side by side, else as their numbers, which wrap.
template <class View, class Wrapped>
void for_tile(const Tiling& tiling, int64_t tile, int64_t left, int64_t samples, const View& view,
              const Wrapped& wrapped) {
  const int64_t from = tiling.whole ? 0 : tile * tiling.out - left;
  if (from >= 0 && from + tiling.in <= samples) return view(from);
  std::vector<int64_t> columns;
  for (int64_t i = 0; i < tiling.in; ++i) columns.push_back((from + i + samples) % samples);
  wrapped(at::tensor(columns, at::kLong));
}

/// rows [N·C, T] -> [B, tiles, N·C], for products with `map` [B, in].
Tensor transformed(const Tensor& rows, const Tensor& map, const Tiling& tiling, int64_t left) {
  Tensor result = at::empty({map.size(0), tiling.tiles, rows.size(0)}, rows.options());
  for (int64_t tile = 0; tile < tiling.tiles; ++tile) {
    Tensor to = result.select(1, tile);
    for_tile(
        tiling, tile, left, rows.size(1),
        [&](int64_t from) { at::mm_out(to, map, rows.narrow(1, from, tiling.in).t()); },
        [&](const Tensor& columns) { at::mm_out(to, map, rows.index_select(1, columns).t()); });
  }
  return result;
}

/// The outputs of a tile are neighbours; the last tile may reach over the end, and what lies there is not wanted.
int64_t wanted(const Tiling& tiling, int64_t tile, int64_t samples) {
  return std::min(tiling.out, samples - tile * tiling.out);
}

struct CircularConv : torch::autograd::Function<CircularConv> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, int64_t left) {
    const Sizes s = sizes_of(x, weight);
    const Tiling tiling = tiling_of(s);
    const Basis& basis = basis_of(tiling, s.k, tiling.whole ? left : 0);
    const Tensor signal = transformed(x.contiguous().view({s.n * s.c, s.t}), basis.signal, tiling, left)
                              .view({-1, tiling.tiles * s.n, s.c});
    const Tensor kernel = at::mm(basis.kernel, weight.contiguous().view({s.o * s.c, s.k}).t()).view({-1, s.o, s.c});
    const Tensor products = at::bmm(signal, kernel.transpose(1, 2)).view({-1, tiling.tiles, s.n * s.o});
    Tensor y = at::empty({s.n * s.o, s.t}, x.options());
    for (int64_t tile = 0; tile < tiling.tiles; ++tile) {
      const int64_t width = wanted(tiling, tile, s.t);
      Tensor to = y.narrow(1, tile * tiling.out, width);
      at::mm_out(to, products.select(1, tile).t(), basis.inverse.narrow(1, 0, width));
    }
    context->save_for_backward({x, weight});
    context->saved_data["signal"] = signal;  // intermediate, so not for save_for_backward
    context->saved_data["kernel"] = kernel;
    context->saved_data["left"] = left;
    return y.view({s.n, s.o, s.t});
  }

  static variable_list backward(AutogradContext* context, const variable_list& upstream) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const Tensor signal = context->saved_data["signal"].toTensor(), kernel = context->saved_data["kernel"].toTensor();
    const int64_t left = context->saved_data["left"].toInt();
    const Sizes s = sizes_of(x, weight);
    const Tiling tiling = tiling_of(s);
    const Basis& basis = basis_of(tiling, s.k, tiling.whole ? left : 0);
    const Tensor dy = upstream[0].contiguous().view({s.n * s.o, s.t});
    Tensor dproducts = at::empty({basis.inverse.size(0), tiling.tiles, s.n * s.o}, dy.options());
    for (int64_t tile = 0; tile < tiling.tiles; ++tile) {
      const int64_t width = wanted(tiling, tile, s.t);
      Tensor to = dproducts.select(1, tile);
      at::mm_out(to, basis.inverse.narrow(1, 0, width), dy.narrow(1, tile * tiling.out, width).t());
    }
    dproducts = dproducts.view({-1, tiling.tiles * s.n, s.o});
    Tensor dx, dweight;
    if (context->needs_input_grad(1))
      dweight = at::mm(at::bmm(dproducts.transpose(1, 2), signal).view({-1, s.o * s.c}).t(), basis.kernel)
                    .view(weight.sizes());
    if (context->needs_input_grad(0)) dx = input_gradient(at::bmm(dproducts, kernel), basis, tiling, left, s);
    return {dx, dweight, Tensor()};
  }

  /// `dsignal` [B, tiles · N, C]; tiles overlap, so their shares add up.
  static Tensor input_gradient(const Tensor& dsignal, const Basis& basis, const Tiling& tiling, int64_t left,
                               const Sizes& s) {
    const Tensor shares = dsignal.view({-1, tiling.tiles, s.n * s.c});
    Tensor dx = at::zeros({s.n * s.c, s.t}, dsignal.options());
    for (int64_t tile = 0; tile < tiling.tiles; ++tile) {
      const Tensor share = shares.select(1, tile).t();
      for_tile(
          tiling, tile, left, s.t,
          [&](int64_t from) {
            Tensor to = dx.narrow(1, from, tiling.in);
            at::addmm_out(to, to, share, basis.signal);
          },
          [&](const Tensor& columns) { dx.index_add_(1, columns, at::mm(share, basis.signal)); });
    }
    return dx.view({s.n, s.c, s.t});
  }
};

}  // namespace

bool prefers_circular_conv(const Tensor& x, const Tensor& weight) {
  if (x.scalar_type() != at::kFloat || weight.scalar_type() != at::kFloat || !x.is_cpu() || x.size(0) == 0)
    return false;
  const Sizes s = sizes_of(x, weight);
  const double plain = 3.0 * static_cast<double>(s.t * s.k) * static_cast<double>(s.c * s.o);
  return cost_of(tiling_of(s), s) < 0.9 * plain;
}

Tensor circular_conv(const Tensor& x, const Tensor& weight, int64_t left) {
  return CircularConv::apply(x, weight, left);
}

}  // namespace lathe
