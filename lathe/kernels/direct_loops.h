/// Direct correlation with register tiles: several kernels times several vectors of time (or of taps) are kept in
/// registers while one loop runs over the taps (or over the time). Included once for each instruction set.
#pragma once

#include "lathe/kernels/loops.h"
#include "lathe/kernels/vector.h"

namespace lathe::kernels::LATHE_SIMD {

// The tile leaves a few of the 16 (or 32) registers for the operands.
constexpr int tile_kernels = LATHE_REGISTERS >= 32 ? 8 : 4;
constexpr int tile_vectors = 3;
typedef int8_t Bytes __attribute__((vector_size(LATHE_LANES)));

template <int kernels>
void respond_tile(const float* padded, const float* weight, const float* bias, const float* mix, int64_t length,
                  float* z, int8_t* off, int64_t off_stride) {
  Vector u[kernels][tile_vectors];
#pragma GCC unroll 8
  for (int k = 0; k < kernels; ++k) {
#pragma GCC unroll 4
    for (int v = 0; v < tile_vectors; ++v) u[k][v] = all(bias[k]);
  }
  for (int64_t j = 0; j < length; ++j) {
    Vector x[tile_vectors];
#pragma GCC unroll 4
    for (int v = 0; v < tile_vectors; ++v) x[v] = load(padded + j + v * lanes);
#pragma GCC unroll 8
    for (int k = 0; k < kernels; ++k) {
      const Vector w = all(weight[k * length + j]);
#pragma GCC unroll 4
      for (int v = 0; v < tile_vectors; ++v) u[k][v] += w * x[v];
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < tile_vectors; ++v) {
    Vector sum = load(z + v * lanes);
#pragma GCC unroll 8
    for (int k = 0; k < kernels; ++k) {
      const Mask gone = u[k][v] <= 0;
      sum += all(mix[k]) * unless(gone, u[k][v]);
      if (off) {
        const Bytes bytes = __builtin_convertvector(gone, Bytes);
        __builtin_memcpy(off + k * off_stride + v * lanes, &bytes, sizeof bytes);
      }
    }
    store(z + v * lanes, sum);
  }
}

template <int kernels>
void correlate_tile(const float* padded, int64_t outputs, const float* gated, int64_t gated_stride, int64_t vectors,
                    int64_t sums_stride, float* sums) {
  int64_t v0 = 0;
  for (; v0 + tile_vectors <= vectors; v0 += tile_vectors) {
    Vector sum[kernels][tile_vectors] = {};
    for (int64_t t = 0; t < outputs; ++t) {
      Vector x[tile_vectors];
#pragma GCC unroll 4
      for (int v = 0; v < tile_vectors; ++v) x[v] = load(padded + t + (v0 + v) * lanes);
#pragma GCC unroll 8
      for (int k = 0; k < kernels; ++k) {
        const Vector g = all(gated[k * gated_stride + t]);
#pragma GCC unroll 4
        for (int v = 0; v < tile_vectors; ++v) sum[k][v] += g * x[v];
      }
    }
#pragma GCC unroll 8
    for (int k = 0; k < kernels; ++k) {
#pragma GCC unroll 4
      for (int v = 0; v < tile_vectors; ++v) {
        float* to = sums + k * sums_stride + (v0 + v) * lanes;
        store(to, load(to) + sum[k][v]);
      }
    }
  }
  for (; v0 < vectors; ++v0) {
    Vector sum[kernels] = {};
    for (int64_t t = 0; t < outputs; ++t) {
      const Vector x = load(padded + t + v0 * lanes);
#pragma GCC unroll 8
      for (int k = 0; k < kernels; ++k) sum[k] += all(gated[k * gated_stride + t]) * x;
    }
#pragma GCC unroll 8
    for (int k = 0; k < kernels; ++k) {
      float* to = sums + k * sums_stride + v0 * lanes;
      store(to, load(to) + sum[k]);
    }
  }
}

/// Calls work.template run<n>() with n = count, 1 … tile_kernels.
template <int n = tile_kernels, class Work>
void with_kernels(int64_t count, const Work& work) {
  if constexpr (n > 1) {
    if (count < n) return with_kernels<n - 1>(count, work);
  }
  work(std::integral_constant<int, n>{});
}

inline void respond(const float* padded, int64_t outputs, const float* weight, const float* bias, const float* mix,
                    int64_t count, int64_t length, float* z, int8_t* off, int64_t off_stride) {
  for (int64_t k = 0; k < count; k += tile_kernels) {
    with_kernels(count - k, [&](auto kernels) {
      for (int64_t t = 0; t < outputs; t += tile_vectors * lanes) {
        respond_tile<kernels.value>(padded + t, weight + k * length, bias + k, mix + k, length, z + t,
                                    off ? off + k * off_stride + t : nullptr, off_stride);
      }
    });
  }
}

/// Byte i of the word at t holds the bits of t + i, t + i + lanes, … t + i + 7 * lanes.
inline void pack(const int8_t* off, int64_t outputs, uint8_t* packed) {
  typedef uint8_t Bits __attribute__((vector_size(LATHE_LANES)));
  for (int64_t t = 0; t < outputs; t += 8 * lanes) {
    Bits bits = {};
#pragma GCC unroll 8
    for (int b = 7; b >= 0; --b) {
      Bits gone;
      __builtin_memcpy(&gone, off + t + b * lanes, sizeof gone);
      bits = bits + bits - gone;  // gone is 0 or 255, that is -1
    }
    __builtin_memcpy(packed + t / 8, &bits, sizeof bits);
  }
}

inline float gate(const float* dz, const uint8_t* packed, int64_t outputs, float* gated) {
  Vector sums = {};
  for (int64_t t = 0; t < outputs; t += 8 * lanes) {
    Bytes bits;
    __builtin_memcpy(&bits, packed + t / 8, sizeof bits);
    const Mask wide = __builtin_convertvector(bits, Mask);
#pragma GCC unroll 8
    for (int b = 0; b < 8; ++b) {
      const Vector passed = unless((wide & (1 << b)) != 0, load(dz + t + b * lanes));
      store(gated + t + b * lanes, passed);
      sums += passed;
    }
  }
  float sum = 0;
  for (int64_t i = 0; i < lanes; ++i) sum += sums[i];
  return sum;
}

inline void correlate(const float* padded, int64_t outputs, const float* gated, int64_t gated_stride, int64_t count,
                      int64_t length, float* sums, int64_t sums_stride) {
  with_kernels(count, [&](auto kernels) {
    correlate_tile<kernels.value>(padded, outputs, gated, gated_stride, (length + lanes - 1) / lanes, sums_stride,
                                  sums);
  });
}

inline void spread(const float* gated, const float* weight, float mix, int64_t length, int64_t samples, float* dx) {
  constexpr int vectors = 8;
  int64_t s = 0;
  for (; s + vectors * lanes <= samples; s += vectors * lanes) {
    Vector sum[vectors] = {};
    for (int64_t j = 0; j < length; ++j) {
      const Vector w = all(mix * weight[j]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) sum[v] += w * load(gated + s + v * lanes - j);
    }
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) store(dx + s + v * lanes, load(dx + s + v * lanes) + sum[v]);
  }
  for (; s < samples; ++s) {
    float sum = 0;
    for (int64_t j = 0; j < length; ++j) sum += mix * weight[j] * gated[s - j];
    dx[s] += sum;
  }
}

constexpr DirectLoops direct_table = {lanes, tile_vectors * lanes, tile_kernels, respond, pack, gate, correlate,
                                      spread};

}  // namespace lathe::kernels::LATHE_SIMD
