/// Tables of numbers, of words, and of both, from the rows that table_text.h takes apart.
#include "lathe/data/readers/csv.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/table_text.h"

namespace lathe {

using namespace data_detail;

namespace {

std::string_view as_text(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

/// Reads the columns that `choose` picks from all, in its order.
Array read_table(const std::filesystem::path& path, const std::function<std::vector<size_t>(const Columns&)>& choose) {
  const MappedFile file(path);
  return within(path.string(), [&] {
    std::vector<double> values;
    std::vector<size_t> kept;
    Columns columns;
    const auto begin = [&](const Columns& found) {
      columns = found;
      kept = choose(found);
    };
    walk_table(path, as_text(file), begin, [&](const std::vector<std::string_view>& cells, int64_t line) {
      for (const size_t i : kept) values.push_back(cell_number_at(cells[i], line, columns.names[i]));
    });
    const auto width = static_cast<int64_t>(kept.size());
    Array array{at::empty({static_cast<int64_t>(values.size()) / width, width}, at::TensorOptions().dtype(at::kDouble)),
                {}};
    std::memcpy(array.values.mutable_data_ptr<double>(), values.data(), values.size() * sizeof(double));
    if (columns.named)
      for (const size_t i : kept) array.columns.push_back(columns.names[i]);
    return array;
  });
}

}  // namespace

bool accepts_csv(const std::filesystem::path& path) {
  return path.extension() == ".csv" || path.extension() == ".tsv";
}

bool accepts_txt(const std::filesystem::path& path) {
  return path.extension() == ".txt";
}

bool accepts_table(const std::filesystem::path& path) {
  return accepts_csv(path) || accepts_txt(path);
}

Array open_csv(const std::filesystem::path& path) {
  return read_csv(path);
}

Array read_csv(const std::filesystem::path& path, const std::vector<std::string>& leave_out) {
  return read_table(path, [&](const Columns& found) {
    std::vector<bool> wanted(found.names.size(), true);
    for (const std::string& name : leave_out) wanted[column_at(found, name)] = false;
    std::vector<size_t> kept;
    for (size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i]) kept.push_back(i);
    check(!kept.empty(), "no column is left (expected at least one that is not left out)");
    return kept;
  });
}

Array read_columns(const std::filesystem::path& path, const std::vector<std::string>& columns) {
  return read_columns(path, [&](const std::vector<std::string>&) { return columns; });
}

Array read_columns(const std::filesystem::path& path, const ChooseColumns& choose) {
  return read_table(path, [&](const Columns& found) {
    std::vector<size_t> kept;
    const std::vector<std::string> columns = choose(found.names);
    check(!columns.empty(), "holds no column to read (expected at least one, got {})", join(found.names));
    for (const std::string& column : columns) {
      kept.push_back(column_or_number(found, column));
      check(std::count(kept.begin(), kept.end(), kept.back()) == 1,
            "column '{}' is chosen twice (expected every column once)", column);
    }
    return kept;
  });
}

std::vector<std::string> read_labels(const std::filesystem::path& path, std::string_view column) {
  const MappedFile file(path);
  return within(path.string(), [&] {
    std::vector<std::string> labels;
    size_t at = 0;
    walk_table(
        path, as_text(file), [&](const Columns& columns) { at = column_at(columns, column); },
        [&](const std::vector<std::string_view>& cells, int64_t) { labels.emplace_back(cells[at]); });
    return labels;
  });
}

size_t TextTable::column(const std::string& name) const {
  return column_or_number({names, true}, name);
}

TextTable read_text_table(const std::filesystem::path& path) {
  const MappedFile file(path);
  return within(path.string(), [&] {
    TextTable table;
    const auto begin = [&](const Columns& columns) {
      table.names = columns.names;
      table.cells.resize(columns.names.size());
    };
    walk_table(path, as_text(file), begin, [&](const std::vector<std::string_view>& cells, int64_t) {
      for (size_t i = 0; i < cells.size(); ++i) table.cells[i].emplace_back(cells[i]);
    });
    return table;
  });
}

}  // namespace lathe
