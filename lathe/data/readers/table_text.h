/// A strict parser of separated text, a row at a time: quotes as in RFC 4180, every row as long as the first. What the
/// cells mean is the caller's business.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::data_detail {

/// The columns' names; their numbers 1, 2, … where the file names none.
struct Columns {
  std::vector<std::string> names;
  bool named = false;
};

/// Calls `begin(columns)` once, then `row(cells, line)` for every row below the header; cells hold until the next call.
void walk_table(const std::filesystem::path& path, std::string_view text,
                const std::function<void(const Columns&)>& begin,
                const std::function<void(const std::vector<std::string_view>&, int64_t)>& row);

/// The cell as a number; a blank, NA or NaN is NaN; nothing where it is neither.
std::optional<double> cell_number(std::string_view cell);
/// The same where anything else is an error that names line and column.
double cell_number_at(std::string_view cell, int64_t line, const std::string& column);

/// @throws Error (usage) for an unknown name, or one that is there twice
size_t column_at(const Columns& columns, std::string_view name);
/// The column of that name, else of that number, counted from 1.
size_t column_or_number(const Columns& columns, const std::string& column);

}  // namespace lathe::data_detail
