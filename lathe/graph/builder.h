/// Builds a graph node by node; shapes are inferred on the way, so a mistake is reported where it is made.
#pragma once

#include <string>
#include <unordered_set>

#include "lathe/graph/graph.h"

namespace lathe {

class Builder;

/// A handle on a node under construction; cheap to copy, valid as long as its builder.
struct Value {
  Builder* builder = nullptr;
  int node = -1;
  /// With batch 1: [1, C, T].
  const Shape& shape() const;
};

class Builder {
 public:
  /// A graph input of `sample` shape, without the batch: [C, T].
  Value input(std::string name, Shape sample);
  /// @throws Error "node 'NAME': …" when the name is taken or the shapes do not fit.
  Value add(std::string name, OpPtr op, const std::vector<Value>& inputs, Params params = {});
  const Shape& shape(int node) const { return shapes_[static_cast<size_t>(node)]; }
  /// Ends the building: parameters are set to train, the graph is verified and handed over.
  Graph finish(const std::vector<Value>& outputs);

 private:
  Graph graph_;
  std::vector<Shape> shapes_;
  std::unordered_set<std::string> names_;
};

}  // namespace lathe
