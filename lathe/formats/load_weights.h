/// Puts weights from a file into a graph that is already built, by name. Reads no graph from the file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lathe/formats/safetensors.h"
#include "lathe/graph/graph.h"

namespace lathe {

struct LoadWeightsOptions {
  /// Renames the file's tensors, the first rule that matches: {"backbone.*", "*"}, {"fc.weight", "head.weight"}. What a
  /// star matches goes where the other side has its star; an empty other side leaves the tensor out.
  std::vector<std::pair<std::string, std::string>> names = {};
  /// False: what is missing, unexpected or misshapen is passed over and returned (a new classifier on an old network).
  bool strict = true;
};

struct LoadedWeights {
  std::string prefix;                   ///< taken off the file's names: "module."
  std::vector<std::string> loaded;      ///< names in the graph
  std::vector<std::string> missing;     ///< in the graph, not in the file
  std::vector<std::string> unexpected;  ///< in the file, not in the graph
  std::vector<std::string> misshapen;   ///< "head.bias (expected Float [2], got Float [4])"
};

/// Copies every tensor of `file` into the parameter or buffer of the same name; real numbers are converted to the
/// parameter's own type. Which parameters train, and where they live, stays as it was. The prefixes that wrappers put
/// in front of every name ("module.", "model.", "net.", "_orig_mod.") are taken off where that makes more names match.
/// @param graph  edited in place; untouched if this throws
/// @throws Error that lists at once what is missing, unexpected, or of another shape or kind; a rule that matches
/// nothing, or two tensors under one name; when not strict, that nothing at all fits
LoadedWeights load_weights(Graph& graph, const TensorFile& file, const LoadWeightsOptions& options = {});

}  // namespace lathe
