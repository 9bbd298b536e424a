/// Small text helpers: joining, splitting, closest spelling, numbers for people. No regular expressions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
/// What stands before the first line break: libraries put their own insides behind it.
std::string first_line(std::string_view text);

/// The candidate nearest to `word` by edit distance; empty when none is near enough to be a likely slip.
std::string closest(std::string_view word, const std::vector<std::string>& candidates);

/// "unknown NOUN 'word'; known: a, b, c (did you mean 'b'?)"
std::string unknown_name(std::string_view noun, std::string_view word, std::vector<std::string> known);

/// 8592 -> "8,592".
std::string with_commas(int64_t value);
/// 1536 -> "1.5 KiB".
std::string human_bytes(int64_t bytes);
/// 75.2 -> "1m15s"; 0.034 -> "34ms".
std::string human_seconds(double seconds);

}  // namespace lathe
