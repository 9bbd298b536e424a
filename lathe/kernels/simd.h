/// Which vector instructions the kernel bank's loops use, chosen when the program runs; not a general vector library.
#pragma once

#include <string_view>
#include <vector>

namespace lathe {

enum class SimdLevel { portable, avx2, avx512 };

/// The levels that this processor and this build can run, slowest first; `portable` is always there.
std::vector<SimdLevel> simd_levels();
/// The fastest level of simd_levels().
SimdLevel best_simd_level();
std::string_view simd_level_name(SimdLevel level);

}  // namespace lathe
