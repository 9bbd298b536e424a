/// Which files a set is made of, a row each, and what is known of each: its class and other named parts.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lathe/data/readers/readers.h"

namespace lathe {

/// What to do with a file that cannot be read.
enum class Corrupt { refuse, skip };
/// From a recipe's word. @throws Error (usage) for any other.
Corrupt corrupt_rule(std::string_view word);

/// Named parts, a value a row: "speaker" -> {"theo", "george", …}.
using Parts = std::map<std::string, std::vector<std::string>>;
/// The parts of these rows. @param rows  in the order wanted
Parts select_parts(const Parts& parts, const std::vector<int64_t>& rows);

struct FileList {
  std::filesystem::path folder;
  std::vector<std::string> names;     ///< below the folder, sorted; in a table's order
  std::vector<std::string> labels;    ///< empty: none are known
  Parts parts;                        ///< `file` and whatever else is known
  std::vector<std::string> missing;   ///< files that a table names and that are not there
  std::vector<std::string> excluded;  ///< files that were not wanted
  Holds holds = Holds::image;         ///< what all of them are

  int64_t size() const { return static_cast<int64_t>(names.size()); }
  /// Only these rows.
  FileList select(const std::vector<int64_t>& rows) const;
};

/// Every image or every recording below the folder (or the one file); where there is neither, every table. The class of
/// a file is the folder directly below `folder` that it lies in; without such folders there are no labels. Hidden files
/// are passed over, and so are text files (.txt) beside other tables.
/// @param exclude  patterns of names below the folder, as "*_MODEL*" or "Eat_meat/*"
/// @throws Error for an empty folder, images beside recordings, a class folder without a file
FileList list_folder(const std::filesystem::path& folder, const std::vector<std::string>& exclude = {});

/// The same with classes from the names: "{label}_{speaker}_{index}", "{speaker}/{label}-{index}". The ending is not
/// part of the pattern. Every part can be asked for.
/// @throws Error for names that do not match: how many, the first
FileList list_by_name(const std::filesystem::path& folder, const std::string& pattern,
                      const std::vector<std::string>& exclude = {});

struct TableColumns {
  std::string files;  ///< empty: the first column
  std::string labels;
};
/// The files that a table (.csv, .tsv, .txt) names, below `folder`, and their classes; every column is a part.
/// @throws Error for a file named twice, and, unless `rule` skips them, for files that are not there
FileList list_by_table(const std::filesystem::path& folder, const std::filesystem::path& table,
                       const TableColumns& columns, Corrupt rule);

}  // namespace lathe
