/// Follows the size of the batch through shape arithmetic. Graphs are read with batch 1: what carries the batch to the
/// first axis may stay, what computes with it cannot.
#pragma once

#include <ATen/core/Tensor.h>

#include <set>
#include <string>
#include <vector>

#include "lathe/onnx/model.h"

namespace lathe {

class OnnxBatch {
 public:
  /// `fixed`: the batch that the file was exported with; -1 where it is open.
  explicit OnnxBatch(int64_t opset, int64_t fixed) : opset_(opset), fixed_(fixed) {}

  /// What Shape gives for a value of these sizes: the batch shows as kBatchMark.
  static at::Tensor shape_of(const OnnxNode& node, std::vector<int64_t> sizes);

  /// Marks the results of a folded node that hold the batch; undefined constants are values, whose Shape was taken.
  /// What a node makes of the batch shows when it is done again with another one, and with 1, which comparisons are
  /// made with: the batch and multiples of it may be carried about.
  /// @throws Error (unsupported) for what else depends on it: no graph can follow
  void follow(const OnnxNode& node, const std::vector<at::Tensor>& constants, const std::vector<at::Tensor>& results);

  /// The constant as a graph with batch 1 takes it. @throws Error (unsupported) where the batch is not what stays in
  /// front
  at::Tensor one(const OnnxNode& node, size_t place, const at::Tensor& constant) const;

 private:
  int64_t opset_, fixed_;
  std::set<std::string> held_;  ///< names of the file whose constants hold the batch, as kBatchMark or a multiple of it

  at::Tensor without_fixed(const OnnxNode& node, const at::Tensor& shape) const;
};

}  // namespace lathe
