/// Tables of numbers as text: comma, semicolon or tab between cells, in .txt also blanks. Text columns are read by
/// name, never guessed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/data/readers/readers.h"

namespace lathe {

bool accepts_csv(const std::filesystem::path& path);
bool accepts_txt(const std::filesystem::path& path);
/// Either.
bool accepts_table(const std::filesystem::path& path);

/// [rows, columns] float64, with the columns' names where the first line holds any word that is not a number.
/// Blank, NA and NaN cells are NaN. `leave_out` names columns to pass over.
/// @throws Error that names line and column for a cell that is no number, and for rows of another length.
Array read_csv(const std::filesystem::path& path, const std::vector<std::string>& leave_out = {});
/// The columns called so, in this order; a number counts from 1 where no column has it for a name. Others may hold
/// text.
Array read_columns(const std::filesystem::path& path, const std::vector<std::string>& columns);
/// The same for columns that are chosen when the names are known: numbers from 1 where the file names none.
using ChooseColumns = std::function<std::vector<std::string>(const std::vector<std::string>& names)>;
Array read_columns(const std::filesystem::path& path, const ChooseColumns& choose);
/// read_csv as a registry entry.
Array open_csv(const std::filesystem::path& path);

/// One column as text, as it stands, without the spaces around it.
std::vector<std::string> read_labels(const std::filesystem::path& path, std::string_view column);

/// Every column as text.
struct TextTable {
  std::vector<std::string> names;               ///< numbers 1, 2, … where the first line names none
  std::vector<std::vector<std::string>> cells;  ///< [columns][rows]
  /// The column of that name, else of that number from 1. @throws Error (usage) that lists the names
  size_t column(const std::string& name) const;
};
TextTable read_text_table(const std::filesystem::path& path);

}  // namespace lathe
