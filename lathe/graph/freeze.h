/// Keeps parts of a network as they are while the rest trains: their weights and their running statistics.
#pragma once

#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

/// Freezes every parameter whose node's name, or own full name, one of the globs matches, and the buffers likewise:
/// "feature_extractor.*", "*.bn1", "conv.weight".
/// @param graph  untouched if this throws. Tensors that other graphs share are frozen there too
/// @throws Error (usage) for a glob that matches nothing, with a suggestion, or when nothing would be left to train
void freeze(Graph& graph, const std::vector<std::string>& globs);
/// Freezes all else. A parameter that is frozen already stays so.
void freeze_all_but(Graph& graph, const std::vector<std::string>& globs);

/// Whether training leaves all that the node owns as it is: it is then computed as it is at inference. A node that owns
/// nothing (dropout) is never frozen.
bool is_frozen(const Node& node);

/// Whether a glob matches a parameter: by its full name, or by its node's.
bool names_param(const std::string& glob, const std::string& node, const std::string& param);
/// @throws Error (usage) "the glob … matches none of …" for the first one that matches no parameter or buffer
void check_param_globs(const Graph& graph, const std::vector<std::string>& globs);

/// What trains when the guard is made trains again when it goes, by name; layers that are new by then stay as they are.
class FreezeGuard {
 public:
  explicit FreezeGuard(Graph& graph);
  ~FreezeGuard();
  FreezeGuard(const FreezeGuard&) = delete;
  FreezeGuard& operator=(const FreezeGuard&) = delete;

 private:
  struct Before {
    std::string name;
    bool trains, frozen;
  };
  Graph& graph_;
  std::vector<Before> before_;
};

}  // namespace lathe
