/// What nodes of a graph are called that comes from an ONNX file: after their weights where they have some, so that a
/// PyTorch state dict fits the imported graph.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lathe/onnx/model.h"

namespace lathe {

class OnnxNames {
 public:
  /// A name that was not given before. `weights`: names of the trained constants that the node reads.
  std::string next(const OnnxNode& node, const std::vector<std::string>& weights);
  /// `wanted`, or with a number behind it when it is taken.
  std::string unique(const std::string& wanted);

 private:
  std::set<std::string> taken_;
  std::map<std::string, int> last_;  ///< the number that the latest of a name was given
};

}  // namespace lathe
