/// What kernels add at every moment, for a page: the largest by themselves, the others summed up by the way they push.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

namespace lathe {

/// [{kernel, values}] -> the largest few by mean magnitude, then at most two rows {rest: how many, sign: 1 or -1,
/// values: their sum}: kernels that push up and kernels that push down would cancel each other in one row. Rows that
/// are rests already stay.
nlohmann::json largest_and_rest(const nlohmann::json& contributions);

}  // namespace lathe
