#include "lathe/data/readers/table_text.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <limits>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"

namespace lathe::data_detail {

namespace {

/// The rows of a text, one at a time.
class Rows {
 public:
  Rows(std::string_view text, char separator) : text_(text), separator_(separator) {
    // Looked for once: from every row to the text's end would take a square of the rows' number.
    const size_t word = text.find_last_not_of(" \t\r\n"), last = blanks() ? text.npos : text.rfind(separator);
    end_ = std::max(word == text.npos ? 0 : word + 1, last == text.npos ? 0 : last + 1);
  }

  /// False at the end, and where only blank lines are left.
  /// @param cells  views that hold until the next call
  bool next(std::vector<std::string_view>& cells) {
    if (at_ >= end_) return false;
    line_ = next_line_;
    cells.clear();
    unquoted_.clear();
    skip_blanks();
    do {
      cells.push_back(cell());
      skip_blanks();
    } while (at_ < text_.size() && (blanks() ? text_[at_] != '\n' : text_[at_++] == separator_));
    if (blanks()) ++at_;
    ++next_line_;
    return true;
  }
  int64_t line() const { return line_; }
  char separator() const { return separator_; }

 private:
  /// Any number of blanks separates cells, and a line may begin and end with some.
  bool blanks() const { return separator_ == ' '; }
  void skip_blanks() {
    while (blanks() && at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }

  /// The next separator or line end, or the text's end.
  size_t cell_end(size_t from) const {
    const char other = blanks() ? '\t' : separator_;
    while (from < text_.size() && text_[from] != separator_ && text_[from] != other && text_[from] != '\n') ++from;
    return from;
  }

  /// Reads a cell and stops on the separator or line end behind it.
  std::string_view cell() {
    size_t end = cell_end(at_);
    const std::string_view plain = trim(text_.substr(at_, end - at_));
    if (plain.empty() || plain.front() != '"') {
      at_ = end;
      return plain;
    }
    std::string& value = unquoted_.emplace_back();
    for (at_ = text_.find('"', at_) + 1;; ++at_) {
      check(at_ < text_.size(), "line {}: quote is never closed (expected a closing quote, got the file's end)", line_);
      if (text_[at_] == '"') {
        if (text_.substr(at_ + 1, 1) != "\"") break;
        ++at_;  // two quotes stand for one
      }
      if (text_[at_] == '\n') ++next_line_;
      value += text_[at_];
    }
    end = cell_end(++at_);
    check(trim(text_.substr(at_, end - at_)).empty(),
          "line {}: text follows a closing quote (expected the next cell, got '{}')", next_line_,
          trim(text_.substr(at_, end - at_)));
    at_ = end;
    return value;
  }

  std::string_view text_;
  char separator_;
  std::deque<std::string> unquoted_;  ///< of the row; a deque, for views of it must hold
  size_t at_ = 0;
  size_t end_ = 0;  ///< behind it only blank lines follow
  int64_t line_ = 0, next_line_ = 1;
};

/// Tab before semicolon before comma: a comma may be a decimal mark beside the others, never the other way round.
char separator_of(const std::filesystem::path& path, std::string_view text) {
  if (path.extension() == ".tsv") return '\t';
  const std::string_view first = text.substr(0, text.find('\n'));
  for (const char separator : {'\t', ';', ','})
    if (first.find(separator) != std::string_view::npos) return separator;
  return path.extension() == ".txt" ? ' ' : ',';
}

/// "1,5" where "1.5" would be a number.
bool has_decimal_comma(std::string_view cell) {
  std::string pointed(cell);
  const size_t comma = pointed.find(',');
  if (comma == pointed.npos) return false;
  pointed[comma] = '.';
  return cell_number(pointed).has_value();
}

}  // namespace

std::optional<double> cell_number(std::string_view cell) {
  if (cell.empty() || cell == "NA") return std::numeric_limits<double>::quiet_NaN();
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') cell.remove_prefix(1);
  double value = 0;
  const char* end = cell.data() + cell.size();
  const auto result = std::from_chars(cell.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

double cell_number_at(std::string_view cell, int64_t line, const std::string& column) {
  const std::optional<double> value = cell_number(cell);
  check(value.has_value() || !has_decimal_comma(cell),
        "line {}, column '{}': cell has a decimal comma (expected a decimal point, got '{}')", line, column, cell);
  check(value.has_value(),
        "line {}, column '{}': cell is not a number (expected one, or a blank for a missing value, got '{}'); "
        "columns of text are read by name",
        line, column, cell);
  return *value;
}

void walk_table(const std::filesystem::path& path, std::string_view text,
                const std::function<void(const Columns&)>& begin,
                const std::function<void(const std::vector<std::string_view>&, int64_t)>& row) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);  // byte order mark
  Rows rows(text, separator_of(path, text));
  std::vector<std::string_view> cells;
  Columns columns;
  check(rows.next(cells), "holds no rows (expected a table of numbers, got an empty file)");
  columns.named = std::any_of(cells.begin(), cells.end(), [](std::string_view cell) { return !cell_number(cell); });
  columns.names.assign(cells.begin(), cells.end());
  if (!columns.named)
    for (size_t i = 0; i < cells.size(); ++i) columns.names[i] = fmt::format("{}", i + 1);
  begin(columns);
  int64_t count = 0;
  for (bool more = columns.named ? rows.next(cells) : true; more; more = rows.next(cells), ++count) {
    const bool twice = rows.separator() == ',' && cells.size() == 2 * columns.names.size();
    check(cells.size() == columns.names.size(), "line {}: row has another length (expected {} cells, got {}){}",
          rows.line(), columns.names.size(), cells.size(), twice ? "; numbers have a decimal point, not a comma" : "");
    row(cells, rows.line());
  }
  check(count > 0, "holds no rows (expected a table of numbers, got only a header)");
}

size_t column_at(const Columns& columns, std::string_view name) {
  const auto found = std::find(columns.names.begin(), columns.names.end(), name);
  if (found == columns.names.end()) throw Error(unknown_name("column", name, columns.names), ExitCode::usage);
  check(std::find(found + 1, columns.names.end(), name) == columns.names.end(),
        "column '{}' is there twice (expected every name once)", name);
  return static_cast<size_t>(found - columns.names.begin());
}

size_t column_or_number(const Columns& columns, const std::string& column) {
  const bool named = std::find(columns.names.begin(), columns.names.end(), column) != columns.names.end();
  size_t number = 0;
  const char* end = column.data() + column.size();
  const auto [stop, error] = std::from_chars(column.data(), end, number);
  if (named || error != std::errc() || stop != end) return column_at(columns, column);
  check(number >= 1 && number <= columns.names.size(), "there is no column {} (expected 1 to {})", column,
        columns.names.size());
  return number - 1;
}

}  // namespace lathe::data_detail
