#include "lathe/recipe/toml.h"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>

#include "lathe/base/files.h"
#include "lathe/base/text.h"

namespace lathe {
namespace {

constexpr int kMostDots = 4000;
constexpr int kDeepest = 64;

/// Walks toml++'s tree; every value remembers its line.
class Converter {
 public:
  explicit Converter(std::string file) : file_(std::move(file)) {}

  Settings table(const toml::table& source, const std::string& where, int depth = 0) const {
    check(depth <= kDeepest, "{}: tables and lists are nested more than {} deep", file_, kDeepest);
    Settings settings(where);
    for (const auto& [key, node] : source) {
      const std::string name(key.str());
      settings.set(name, value(node, where + " [" + name + "]", depth + 1), origin(node));
    }
    return settings;
  }

  Settings::Value value(const toml::node& node, const std::string& where, int depth = 0) const {
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* whole = node.as_integer()) return static_cast<int64_t>(whole->get());
    if (const auto* real = node.as_floating_point()) return real->get();
    if (const auto* word = node.as_string()) return word->get();
    if (const auto* below = node.as_table()) return table(*below, where, depth);
    if (const auto* array = node.as_array()) {
      Settings::List list;
      for (const toml::node& element : *array) list.push_back({value(element, where, depth + 1), origin(element)});
      return list;
    }
    throw settings_error(origin(node), "dates and times are not used here (expected a number, text, list or table)");
  }

 private:
  std::string file_;
  std::string origin(const toml::node& node) const {
    const auto line = node.source().begin.line;
    return line == 0 ? file_ : file_ + ":" + std::to_string(line);
  }
};

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f)  // TOML takes no control letters
      result += fmt::format("\\u{:04x}", code);
    else
      result += letter;
  }
  return result + "\"";
}

/// Bare where TOML allows it, in quotes elsewhere ("model.kernels").
std::string written_key(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_' || letter == '-';
  });
  return bare ? key : quoted(key);
}

/// What `[[name]]` can hold: tables and nothing else.
bool is_list_of_tables(const Settings::Value& value) {
  const auto* list = std::get_if<Settings::List>(&value);
  return list != nullptr && !list->empty() && std::all_of(list->begin(), list->end(), [](const Settings::Entry& entry) {
           return std::holds_alternative<Settings>(entry.value);
         });
}

/// The parser makes a table for every dot in a key, and a chain of a hundred thousand tables takes the stack when it is
/// removed; brackets it counts itself. So dots are counted first, but for those of numbers.
void check_dots(std::string_view text, const std::string& file) {
  const auto is_digit = [&](size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]));
  };
  int dots = 0;
  bool after_number = false;  // the dot before was a number's: 1.2.3 is no number
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '.') {
      const bool of_number = !after_number && is_digit(at + 1) && at > 0 && is_digit(at - 1);
      dots += !of_number;
      after_number = of_number;
    } else if (!is_digit(at)) {
      after_number = false;
    }
  }
  check(dots <= kMostDots, "{}: has {} dots in keys and texts (expected at most {})", file, dots, kMostDots);
}

void write_table(const Settings& settings, const std::string& path, std::string& text) {
  for (const auto& [key, entry] : settings.entries()) {
    if (!is_list_of_tables(entry.value) && !std::holds_alternative<Settings>(entry.value))
      text += written_key(key) + " = " + write_value(entry.value) + "\n";
  }
  for (const auto& [key, entry] : settings.entries()) {
    const std::string below = path.empty() ? written_key(key) : path + "." + written_key(key);
    if (const auto* table = std::get_if<Settings>(&entry.value)) {
      text += "\n[" + below + "]\n";
      write_table(*table, below, text);
    }
    if (is_list_of_tables(entry.value))
      for (const Settings::Entry& element : std::get<Settings::List>(entry.value)) {
        text += "\n[[" + below + "]]\n";
        write_table(std::get<Settings>(element.value), below, text);
      }
  }
}

}  // namespace

Settings parse_toml(std::string_view text, const std::string& file) {
  check_dots(text, file);
  try {
    return Converter(file).table(toml::parse(text), file);
  } catch (const toml::parse_error& error) {
    fail("{}:{}: {}", file, error.source().begin.line, error.description());
  }
}

Settings read_toml(const std::filesystem::path& path) {
  return parse_toml(read_text(path), path.string());
}

Settings::Value parse_value(const std::string& text, const std::string& origin) {
  check_dots(text, origin);
  try {
    const toml::table parsed = toml::parse("value = " + text);
    return Converter(origin).value(*parsed.get("value"), origin);
  } catch (const toml::parse_error&) {
    return text;  // words need no quotes on a command line
  }
}

void apply_assignment(Settings& settings, const std::string& assignment, const std::string& option) {
  const size_t equals = assignment.find('=');
  const std::string origin = option + " " + assignment;
  if (equals == std::string::npos) throw settings_error(origin, "is no assignment (expected key=value)");
  const std::string key(trim(assignment.substr(0, equals)));
  settings.set_path(key, parse_value(std::string(trim(assignment.substr(equals + 1))), origin), origin);
}

std::string write_value(const Settings::Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const int64_t* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const double* real = std::get_if<double>(&value)) {
    std::string text = fmt::format("{}", *real);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  if (const std::string* word = std::get_if<std::string>(&value)) return quoted(*word);
  std::vector<std::string> parts;
  if (const Settings* table = std::get_if<Settings>(&value)) {
    for (const auto& [key, entry] : table->entries())
      parts.push_back(written_key(key) + " = " + write_value(entry.value));
    return "{" + join(parts) + "}";
  }
  for (const Settings::Entry& entry : std::get<Settings::List>(value)) parts.push_back(write_value(entry.value));
  return "[" + join(parts) + "]";
}

std::string write_toml(const Settings& settings) {
  std::string text;
  write_table(settings, "", text);
  return text;
}

}  // namespace lathe
