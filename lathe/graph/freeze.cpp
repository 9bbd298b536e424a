#include "lathe/graph/freeze.h"

#include <algorithm>

#include "lathe/base/glob.h"
#include "lathe/base/unknown_glob.h"

namespace lathe {
namespace {

bool names_any(const std::vector<std::string>& globs, const std::string& node, const std::string& param) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return names_param(glob, node, param); });
}

/// Freezes what the globs match, or what they do not.
void freeze_where(Graph& graph, const std::vector<std::string>& globs, bool matched) {
  check_param_globs(graph, globs);
  const auto doomed = [&](const Node& node, const Param& param) {
    return names_any(globs, node.name, param.name) == matched;
  };
  bool trains = false;
  for (const Node& node : graph.nodes)
    for (const Param& param : node.params)
      trains = trains || (!param.buffer && param.value.requires_grad() && !doomed(node, param));
  if (!trains)
    fail_as(ExitCode::usage, "freezing {}{} would leave no parameter that trains", matched ? "" : "all but ",
            fmt::join(globs, ", "));
  for (Node& node : graph.nodes)
    for (Param& param : node.params) {
      if (!doomed(node, param)) continue;
      if (param.buffer)
        param.frozen = true;
      else
        param.value.set_requires_grad(false);
    }
}

}  // namespace

void freeze(Graph& graph, const std::vector<std::string>& globs) {
  freeze_where(graph, globs, true);
}

void freeze_all_but(Graph& graph, const std::vector<std::string>& globs) {
  freeze_where(graph, globs, false);
}

bool is_frozen(const Node& node) {
  bool owns_parameters = false, all_buffers = !node.params.empty();
  for (const Param& param : node.params) {
    if (!param.buffer && param.value.requires_grad()) return false;
    owns_parameters = owns_parameters || !param.buffer;
    all_buffers = all_buffers && (!param.buffer || param.frozen);
  }
  return owns_parameters || all_buffers;
}

bool names_param(const std::string& glob, const std::string& node, const std::string& param) {
  return glob_matches(glob, node) || glob_matches(glob, node + "." + param);
}

void check_param_globs(const Graph& graph, const std::vector<std::string>& globs) {
  for (const std::string& glob : globs) {
    std::vector<std::string> owners;  // nodes that nothing can be done to are no suggestions
    bool found = false;
    for (const Node& node : graph.nodes) {
      if (!node.params.empty()) owners.push_back(node.name);
      for (const Param& param : node.params) found = found || names_param(glob, node.name, param.name);
    }
    if (!found) throw Error(unknown_glob(glob, owners), ExitCode::usage);
  }
}

FreezeGuard::FreezeGuard(Graph& graph) : graph_(graph) {
  for (const NamedParam& entry : named_params(graph))
    before_.push_back({entry.name, entry.param->value.requires_grad(), entry.param->frozen});
}

FreezeGuard::~FreezeGuard() {
  for (const NamedParam& entry : named_params(graph_))
    for (const Before& before : before_) {
      if (before.name != entry.name) continue;
      entry.param->frozen = before.frozen;
      if (!entry.param->buffer) entry.param->value.set_requires_grad(before.trains);
      break;
    }
}

}  // namespace lathe
