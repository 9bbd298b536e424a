/// The house's rules on sources, as functions from texts to sentences: which folder may include which, what a public
/// header may pull in, how a file opens and how long it may be. Reads no files: the tests feed it the tree, and bad
/// examples.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"

namespace lathe::test {

struct SourceFile {
  std::string path;  ///< "lathe/graph/graph.cpp"
  std::string text;
};

struct Include {
  int line;
  std::string header;  ///< without its quotes or brackets
};

/// For every folder the folders that it may include: itself, what it USES, and what those use.
using Layers = std::map<std::string, std::set<std::string>>;

/// Reads the calls `lathe_folder(NAME USES a b LINK c)` of lathe/CMakeLists.txt.
/// @throws Error when a folder uses one that does not stand above it
inline Layers layers_of(std::string_view cmake) {
  Layers layers;
  for (size_t at = cmake.find("\nlathe_folder("); at != cmake.npos; at = cmake.find("\nlathe_folder(", at + 1)) {
    const size_t open = cmake.find('(', at) + 1;
    std::string call(cmake.substr(open, cmake.find(')', open) - open));
    std::replace(call.begin(), call.end(), '\n', ' ');
    std::string name, keyword;
    for (const std::string& word : split(call, ' ')) {
      if (word.empty()) continue;
      if (name.empty()) {
        layers[name = word] = {word};
      } else if (word == "USES" || word == "LINK" || word == "PRIVATE") {
        keyword = word;
      } else if (keyword == "USES") {
        check(layers.count(word) != 0 && word != name,
              "lathe/CMakeLists.txt: folder '{}' uses '{}', which does not stand above it", name, word);
        layers[name].insert(layers[word].begin(), layers[word].end());
      }
    }
  }
  return layers;
}

/// "lathe/graph/graph.cpp" -> "graph"; nothing for what lies in lathe/ itself.
inline std::string folder_of(std::string_view path) {
  const auto parts = split(path, '/');
  return parts.size() > 2 && parts[0] == "lathe" ? parts[1] : "";
}

inline std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  int number = 0;
  for (const std::string& line : split(file.text, '\n')) {
    ++number;
    const size_t open = line.find_first_of("\"<");
    if (line.rfind("#include", 0) != 0 || open == line.npos) continue;
    includes.push_back({number, line.substr(open + 1, line.find_last_of("\">") - open - 1)});
  }
  return includes;
}

inline bool is_header(const SourceFile& file) {
  return file.path.ends_with(".h");
}

/// A folder includes itself and the folders below it; the umbrella header is for those who use lathe.
inline std::vector<std::string> folder_violations(const Layers& layers, const SourceFile& file) {
  const std::string folder = folder_of(file.path);
  if (folder.empty()) return {};
  if (layers.count(folder) == 0)
    return {fmt::format("{}: lathe/CMakeLists.txt does not list folder '{}'", file.path, folder)};
  std::vector<std::string> found;
  for (const Include& include : includes_of(file)) {
    if (include.header == "lathe/lathe.h")
      found.push_back(fmt::format("{}:{}: includes the umbrella header lathe/lathe.h; include what is used", file.path,
                                  include.line));
    const std::string used = folder_of(include.header);
    if (used.empty() || layers.at(folder).count(used) != 0) continue;
    found.push_back(fmt::format("{}:{}: includes {} (expected only {}); see lathe/CMakeLists.txt", file.path,
                                include.line, include.header, fmt::join(layers.at(folder), ", ")));
  }
  return found;
}

/// The methods meet in recipe alone, whatever the layers say.
inline std::vector<std::string> method_violations(const SourceFile& file) {
  static const std::set<std::string> methods = {"pretrain", "distill", "prune", "sparsify", "quantize"};
  const std::string folder = folder_of(file.path);
  std::vector<std::string> found;
  for (const Include& include : includes_of(file)) {
    const std::string used = folder_of(include.header);
    if (methods.count(folder) == 0 || methods.count(used) == 0 || used == folder) continue;
    found.push_back(fmt::format("{}:{}: method '{}' includes method '{}'; they meet only in recipe", file.path,
                                include.line, folder, used));
  }
  return found;
}

/// Only ops, models and rewrite name a concrete op; everybody else asks the contract or looks up the registry.
inline std::vector<std::string> op_violations(const SourceFile& file) {
  static const std::set<std::string> may_name = {"ops", "models", "rewrite"};
  static const std::set<std::string> names_none = {"lathe/ops/op_registry.h", "lathe/ops/init.h"};
  const std::string folder = folder_of(file.path);
  std::vector<std::string> found;
  for (const Include& include : includes_of(file)) {
    if (folder.empty() || may_name.count(folder) != 0) continue;
    if (folder_of(include.header) != "ops" || names_none.count(include.header) != 0) continue;
    found.push_back(fmt::format(
        "{}:{}: includes {}, which names concrete ops (only ops, models and rewrite may); ask the op's contract",
        file.path, include.line, include.header));
  }
  return found;
}

/// LibTorch's large headers cost ten to twenty seconds a file: headers get the tensor alone, sources single operators.
inline std::vector<std::string> torch_violations(const SourceFile& file) {
  static const std::set<std::string> large = {"torch/torch.h", "torch/extension.h", "torch/script.h", "torch/nn.h",
                                              "ATen/ATen.h"};
  std::vector<std::string> found;
  for (const Include& include : includes_of(file)) {
    const std::string& header = include.header;
    const bool of_torch =
        header.rfind("torch/", 0) == 0 || header.rfind("ATen/", 0) == 0 || header.rfind("c10/", 0) == 0;
    if (large.count(header) != 0)
      found.push_back(fmt::format("{}:{}: includes <{}>; include single operators, <ATen/ops/….h>", file.path,
                                  include.line, header));
    else if (of_torch && is_header(file) && header != "ATen/core/Tensor.h")
      found.push_back(fmt::format("{}:{}: a header includes <{}> (expected at most <ATen/core/Tensor.h>)", file.path,
                                  include.line, header));
  }
  return found;
}

/// A file opens by saying what it is; a source with a header of its own name leaves that to the header.
inline std::vector<std::string> opening_violations(const SourceFile& file) {
  const std::vector<std::string> lines = split(file.text, '\n');
  const std::string own_header = file.path.substr(0, file.path.rfind('.')) + ".h";
  if (!is_header(file) && lines[0] == "#include \"" + own_header + "\"") return {};
  if (lines[0].rfind("//", 0) != 0 && lines[0].rfind("/*", 0) != 0)
    return {fmt::format("{}:1: opens without a comment (expected one sentence: what the file is)", file.path)};
  const bool sentence = lines[0].ends_with('.') || std::count(lines[0].begin(), lines[0].end(), ' ') >= 3;
  if (!sentence)
    return {fmt::format("{}:1: opens with '{}' (expected one sentence: what the file is)", file.path, lines[0])};
  return {};
}

inline std::vector<std::string> length_violations(const SourceFile& file) {
  constexpr int64_t limit = 400;
  const int64_t lines = std::count(file.text.begin(), file.text.end(), '\n');
  if (lines <= limit) return {};
  return {fmt::format("{}: {} lines (expected at most {}); split it", file.path, lines, limit)};
}

}  // namespace lathe::test
