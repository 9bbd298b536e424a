#include "lathe/formats/onnx/names.h"

#include <algorithm>
#include <cctype>

#include "lathe/base/text.h"
#include "lathe/base/utf8.h"

namespace lathe {
namespace {

/// "layer1.0.conv1" of "layer1.0.conv1.weight" when all weights agree on it; empty otherwise.
std::string stem_of(const std::vector<std::string>& weights) {
  std::string stem;
  for (const std::string& weight : weights) {
    const size_t dot = weight.rfind('.');
    if (dot == std::string::npos || weight.find(':') != std::string::npos) return "";
    if (!stem.empty() && stem != weight.substr(0, dot)) return "";
    stem = weight.substr(0, dot);
  }
  return stem;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// True for "Conv" and "Conv_12": exporters count the nodes of a type.
bool names_type(std::string_view part, std::string_view type) {
  if (part.substr(0, type.size()) != type) return false;
  part.remove_prefix(type.size());
  return part.empty() || (part[0] == '_' && part.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

/// "/layer1/0/conv1/Conv_2" -> "layer1.0.conv1"; "/Flatten" -> "flatten".
std::string path_of(const OnnxNode& node) {
  std::vector<std::string> parts;
  for (const std::string& part : split(node.name, '/'))
    if (!part.empty()) parts.push_back(part);
  if (parts.size() > 1 && names_type(parts.back(), node.type)) parts.pop_back();
  std::string path = join(parts, ".");
  if (path.empty() && !node.outputs.empty()) path = node.outputs[0];
  if (path.empty() || names_type(path, node.type) || std::all_of(path.begin(), path.end(), ::isdigit))
    path = lower(path.empty() || ::isdigit(path[0]) ? node.type + (path.empty() ? "" : "_" + path) : path);
  for (char& c : path)
    if (std::isspace(static_cast<unsigned char>(c)) || std::iscntrl(static_cast<unsigned char>(c)) || c == '/') c = '_';
  return as_utf8(path);
}

}  // namespace

std::string OnnxNames::next(const OnnxNode& node, const std::vector<std::string>& weights) {
  const std::string stem = stem_of(weights);
  return unique(stem.empty() || taken_.count(stem) > 0 ? path_of(node) : stem);
}

std::string OnnxNames::unique(const std::string& wanted) {
  std::string name = wanted;
  if (taken_.insert(name).second) return name;
  int& number = last_.emplace(wanted, 1).first->second;
  do name = wanted + "_" + std::to_string(++number);
  while (!taken_.insert(name).second);
  return name;
}

}  // namespace lathe
