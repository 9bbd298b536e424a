/// The nodes of an ONNX file as a network: who gives a name, who reads it, in which order they can be computed. For the
/// rewriting before it becomes a graph.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lathe/onnx/model.h"

namespace lathe {

/// Puts nodes behind those that they read, and leaves out what no output needs.
/// @throws Error for a name that nothing gives, a name given twice, a cycle (lists its nodes)
void sort_nodes(OnnxModel& model);

/// Looks things up in a model; stays valid while nodes are only replaced in place.
class OnnxNetwork {
 public:
  explicit OnnxNetwork(OnnxModel& model);

  OnnxModel& model;
  /// The node that gives `name`, if it is of that type (and, with `alone`, if nobody else reads it).
  const OnnxNode* giver(const std::string& name, std::string_view type, bool alone = true) const;
  int readers(const std::string& name) const;
  /// A constant, whether in the file's table or a Constant node.
  const OnnxTensor* constant(const std::string& name) const;
  /// A constant of one real number.
  std::optional<double> number(const std::string& name) const;
  std::optional<std::vector<int64_t>> integers(const std::string& name) const;
  /// Adds a constant of whole numbers; returns its name.
  std::string add_constant(const std::string& near, const std::vector<int64_t>& values);

 private:
  std::map<std::string, size_t> givers_;
  std::map<std::string, int> readers_;
  std::map<std::string, size_t> constants_;
};

}  // namespace lathe
