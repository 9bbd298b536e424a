#include "lathe/formats/load_weights.h"

#include <set>

#include "lathe/base/text.h"

namespace lathe {
namespace {

bool same_kind(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() || (a.is_floating_point() && b.is_floating_point());
}

std::string described(const at::Tensor& tensor) {
  return fmt::format("{} {}", c10::toString(tensor.scalar_type()), Shape(tensor.sizes().vec()));
}

}  // namespace

void load_weights(Graph& graph, const TensorFile& file) {
  Graph edited = graph;
  std::vector<std::string> missing, unexpected, misshapen;
  std::set<std::string> known;
  for (const NamedParam& entry : named_params(edited)) {
    known.insert(entry.name);
    at::Tensor& mine = entry.param->value;
    const at::Tensor* given = file.find(entry.name);
    if (given == nullptr) {
      missing.push_back(entry.name);
    } else if (given->sizes() != mine.sizes() || !same_kind(*given, mine)) {
      misshapen.push_back(fmt::format("{} (expected {}, got {})", entry.name, described(mine), described(*given)));
    } else {
      const bool trains = mine.requires_grad();
      mine = given->detach().to(mine.options(), /*non_blocking=*/false, /*copy=*/true).set_requires_grad(trains);
    }
  }
  for (const auto& [name, tensor] : file.tensors)
    if (known.count(name) == 0) unexpected.push_back(name);
  std::vector<std::string> complaints;
  if (!missing.empty()) complaints.push_back("missing " + join(missing));
  if (!unexpected.empty()) complaints.push_back("unexpected " + join(unexpected));
  if (!misshapen.empty()) complaints.push_back("misshapen " + join(misshapen));
  check(complaints.empty(), "the weights do not fit the graph: {}", join(complaints, "; "));
  graph = std::move(edited);
}

}  // namespace lathe
