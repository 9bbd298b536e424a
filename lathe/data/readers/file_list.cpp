#include "lathe/data/readers/file_list.h"

#include <algorithm>
#include <set>

#include "lathe/base/errors.h"
#include "lathe/base/glob.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/csv.h"
#include "lathe/data/readers/name_pattern.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

template <class T>
std::vector<T> chosen(const std::vector<T>& values, const std::vector<int64_t>& rows) {
  std::vector<T> some;
  if (!values.empty())
    for (const int64_t row : rows) some.push_back(values.at(static_cast<size_t>(row)));
  return some;
}

std::string table_endings() {
  return std::string(readers().at("csv").endings) + " " + std::string(readers().at("txt").endings);
}

std::string row_endings() {
  return endings_of(Holds::image) + " " + endings_of(Holds::clip) + " " + table_endings();
}

/// What a file is as a row of a set; Holds::rows where it cannot be one.
Holds held_by(const fs::path& path) {
  const Reader* reader = reader_of(path);
  if (accepts_table(path)) return Holds::table;
  return reader == nullptr ? Holds::rows : reader->holds;
}

const char* plural(Holds holds) {
  return holds == Holds::image ? "images" : holds == Holds::clip ? "recordings" : "tables";
}

/// All of one kind: the first file's.
void check_kinds(FileList& list) {
  list.holds = held_by(list.folder / list.names[0]);
  for (const std::string& name : list.names) {
    const Holds holds = held_by(list.folder / name);
    if (holds == Holds::rows)
      fail_as(ExitCode::unsupported, "{}: is no image, no recording and no table (expected {}, got '{}')",
              (list.folder / name).string(), row_endings(), fs::path(name).extension().string());
    check(holds == list.holds, "{}: holds {} beside {} (expected one of them, got '{}' and '{}')", list.folder.string(),
          plural(list.holds), plural(holds), list.names[0], name);
  }
  list.parts["file"] = list.names;
}

/// Folders are walked by hand: a link to a folder is followed, a loop of links is not.
FileList found_below(const fs::path& folder, const std::vector<std::string>& exclude) {
  FileList list;
  if (!fs::is_directory(folder)) {
    list.folder = folder.parent_path();
    list.names = {folder.filename().string()};
    check_kinds(list);
    return list;
  }
  list.folder = folder;
  std::vector<std::string> tables, texts;  // beside images and recordings they are lists, notes, labels
  int64_t others = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::follow_directory_symlink, error), end;
  for (; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.')) {
      at.disable_recursion_pending();
    } else if (at.depth() > 32) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file()) {
      const Holds holds = held_by(at->path());
      const std::string file = at->path().lexically_relative(folder).generic_string();
      if (glob_matches_any(exclude, file))
        list.excluded.push_back(file);
      else if (holds == Holds::rows)
        ++others;
      else
        (holds != Holds::table ? list.names : accepts_txt(at->path()) ? texts : tables).push_back(file);
    }
  }
  check(!error, "{}: cannot be read ({})", folder.string(), error.message());
  for (std::vector<std::string>* instead : {&tables, &texts})  // what lies beside better ones tells of them
    if (list.names.empty()) list.names = std::move(*instead);
  check(!list.names.empty(), "{}: holds no image, no recording and no table (expected {}, got {} other file{}{})",
        folder.string(), row_endings(), others, others == 1 ? "" : "s",
        list.excluded.empty() ? "" : fmt::format(" and {} that 'exclude' leaves out", list.excluded.size()));
  std::sort(list.excluded.begin(), list.excluded.end());
  std::sort(list.names.begin(), list.names.end());
  check_kinds(list);
  return list;
}

void check_class_folders(const FileList& list, const std::set<std::string>& classes) {
  for (const auto& entry : fs::directory_iterator(list.folder)) {
    const std::string name = entry.path().filename().string();
    const bool left_out = std::any_of(list.excluded.begin(), list.excluded.end(),
                                      [&](const std::string& file) { return file.starts_with(name + "/"); });
    if (entry.is_directory() && !name.starts_with('.') && !left_out)
      check(classes.count(name) != 0, "{}: class folder '{}' holds no sample (expected at least one of {})",
            list.folder.string(), name, list.holds == Holds::table ? table_endings() : endings_of(list.holds));
  }
}

}  // namespace

Corrupt corrupt_rule(std::string_view word) {
  if (word == "refuse") return Corrupt::refuse;
  if (word == "skip") return Corrupt::skip;
  throw Error(unknown_name("rule for damaged files", word, {"refuse", "skip"}), ExitCode::usage);
}

Parts select_parts(const Parts& parts, const std::vector<int64_t>& rows) {
  Parts some;
  for (const auto& part : parts) some[part.first] = chosen(part.second, rows);
  return some;
}

FileList FileList::select(const std::vector<int64_t>& rows) const {
  FileList some = *this;
  some.names = chosen(names, rows);
  some.labels = chosen(labels, rows);
  some.parts = select_parts(parts, rows);
  return some;
}

FileList list_folder(const fs::path& folder, const std::vector<std::string>& exclude) {
  FileList list = found_below(folder, exclude);
  std::set<std::string> classes;
  std::string loose;
  for (const std::string& name : list.names) {
    const size_t slash = name.find('/');
    if (slash == name.npos) loose = name;
    list.labels.push_back(name.substr(0, slash == name.npos ? 0 : slash));
    if (slash != name.npos) classes.insert(list.labels.back());
  }
  if (classes.empty()) {
    list.labels.clear();
    return list;
  }
  check(loose.empty(),
        "{}: '{}' lies beside the class folders (expected every file in the folder of its class); 'exclude' leaves "
        "files out",
        folder.string(), loose);
  check_class_folders(list, classes);
  list.parts["label"] = list.labels;
  return list;
}

FileList list_by_name(const fs::path& folder, const std::string& text, const std::vector<std::string>& exclude) {
  const bool with_ending =
      !is_name_pattern(fs::path(text).extension().string()) && reader_of(fs::path(text)) != nullptr;
  const NamePattern pattern(with_ending ? text.substr(0, text.rfind('.')) : text);
  FileList list = found_below(folder, exclude);
  std::vector<std::string> strangers;
  for (const std::string& name : list.names) {
    // As many folders as the pattern has, counted from the file's own name.
    size_t start = name.size();
    for (int64_t depth = 0; depth <= pattern.folders() && start != name.npos && start > 0; ++depth)
      start = name.rfind('/', start - 1);
    const std::string tail = start == name.npos || start == 0 ? name : name.substr(start + 1);
    const auto values = pattern.match(std::string_view(tail).substr(0, tail.rfind('.')));
    if (!values) {
      strangers.push_back(name);
      continue;
    }
    for (size_t i = 0; i < values->size(); ++i)
      if (!pattern.parts()[i].empty()) list.parts[pattern.parts()[i]].push_back((*values)[i]);
  }
  check(strangers.empty(), "{}: {} of {} names do not match '{}', the first is '{}'; 'exclude' leaves files out",
        folder.string(), strangers.size(), list.names.size(), text, strangers.empty() ? "" : strangers[0]);
  const auto label = list.parts.find("label");
  if (label != list.parts.end()) list.labels = label->second;
  return list;
}

FileList list_by_table(const fs::path& folder, const fs::path& table, const TableColumns& columns, Corrupt rule) {
  const TextTable text = read_text_table(table);
  return within(table.string(), [&] {
    const std::vector<std::string>& names = text.cells[text.column(columns.files.empty() ? "1" : columns.files)];
    const std::vector<std::string>& labels = text.cells[text.column(columns.labels)];
    FileList list;
    list.folder = folder;
    std::set<std::string> seen;
    std::vector<int64_t> there;
    for (size_t row = 0; row < names.size(); ++row) {
      check(seen.insert(names[row]).second, "names '{}' twice (expected every file once)", names[row]);
      if (fs::is_regular_file(folder / names[row])) {
        there.push_back(static_cast<int64_t>(row));
      } else {
        list.missing.push_back(names[row]);
      }
    }
    check(list.missing.empty() || (rule == Corrupt::skip && !there.empty()),
          "{} of {} files are not there, the first is '{}' (expected them below '{}')", list.missing.size(),
          names.size(), list.missing.empty() ? "" : list.missing[0], folder.string());
    list.names = chosen(names, there);
    list.labels = chosen(labels, there);
    for (size_t i = 0; i < text.names.size(); ++i) list.parts[text.names[i]] = chosen(text.cells[i], there);
    list.parts["label"] = list.labels;
    check_kinds(list);
    return list;
  });
}

}  // namespace lathe
