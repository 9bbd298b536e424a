#include "lathe/formats/load_weights.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "lathe/base/text.h"

namespace lathe {
namespace {

using Named = std::map<std::string, const at::Tensor*>;

/// What DataParallel, Lightning modules and torch.compile put in front of every name, also one inside the other.
constexpr std::string_view kPrefixes[] = {"module.", "model.", "net.", "_orig_mod."};
constexpr int kMostPrefixes = 4;
constexpr size_t kMostListed = 10;

bool same_kind(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() || (a.is_floating_point() && b.is_floating_point());
}

std::string described(const at::Tensor& tensor) {
  return fmt::format("{} {}", c10::toString(tensor.scalar_type()), Shape(tensor.sizes().vec()));
}

std::string listed(std::vector<std::string> names) {
  const size_t all = names.size();
  names.resize(std::min(all, kMostListed));
  return join(names) + (all > kMostListed ? fmt::format(" and {} more", all - kMostListed) : "");
}

/// `name` after one rule; nothing where the rule does not match.
std::optional<std::string> renamed(const std::string& name, const std::string& from, const std::string& to) {
  const size_t star = from.find('*');
  if (star == from.npos) return name == from ? std::optional(to) : std::nullopt;
  const std::string_view before = std::string_view(from).substr(0, star),
                         after = std::string_view(from).substr(star + 1);
  if (name.size() < before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after)) return {};
  const std::string middle = name.substr(star, name.size() - before.size() - after.size());
  const size_t place = to.find('*');
  return place == to.npos ? to : to.substr(0, place) + middle + to.substr(place + 1);
}

void check_rule(const std::string& from, const std::string& to) {
  const auto stars = [](const std::string& text) { return std::count(text.begin(), text.end(), '*'); };
  check(stars(from) <= 1 && stars(to) <= stars(from),
        "names: '{}' = '{}' is no rule (expected at most one star, and none on the right alone)", from, to);
}

/// The tensors under the names that the rules give them.
Named apply_rules(const TensorFile& file, const std::vector<std::pair<std::string, std::string>>& rules) {
  Named named;
  std::vector<bool> used(rules.size());
  for (const auto& rule : rules) check_rule(rule.first, rule.second);
  for (const auto& entry : file.tensors) {
    std::string name = entry.first;
    for (size_t i = 0; i < rules.size(); ++i) {
      const std::optional<std::string> other = renamed(entry.first, rules[i].first, rules[i].second);
      if (!other) continue;
      name = *other;
      used[i] = true;
      break;
    }
    if (name.empty()) continue;
    check(named.emplace(name, &entry.second).second, "names: two tensors are called '{}', one of them '{}' in the file",
          name, entry.first);
  }
  for (size_t i = 0; i < rules.size(); ++i)
    check(used[i], "names: '{}' matches no tensor that an earlier rule left over (the file begins with: {})",
          rules[i].first, file.tensors.empty() ? "nothing" : file.tensors[0].first);
  return named;
}

/// The prefix without which most names are those of the graph; the shortest of equals, so none where none helps.
std::string best_prefix(const Named& named, const std::set<std::string>& known) {
  std::map<std::string, size_t> matches{{"", 0}};
  for (const auto& [name, tensor] : named) {
    std::string_view rest = name;
    for (int depth = 0; depth <= kMostPrefixes; ++depth) {
      matches[name.substr(0, name.size() - rest.size())] += known.count(std::string(rest));
      const auto prefix = std::find_if(std::begin(kPrefixes), std::end(kPrefixes),
                                       [&](std::string_view each) { return rest.substr(0, each.size()) == each; });
      if (prefix == std::end(kPrefixes)) break;
      rest.remove_prefix(prefix->size());
    }
  }
  std::string best;
  for (const auto& [prefix, count] : matches)
    if (count > matches[best] || (count == matches[best] && prefix.size() < best.size())) best = prefix;
  return best;
}

std::set<std::string> names_of(const Graph& graph) {
  std::set<std::string> names;
  for (const ConstNamedParam& entry : named_params(graph)) names.insert(entry.name);
  return names;
}

void refuse_misfits(const LoadedWeights& report) {
  std::vector<std::string> complaints;
  if (!report.missing.empty()) complaints.push_back("missing " + listed(report.missing));
  if (!report.unexpected.empty()) complaints.push_back("unexpected " + listed(report.unexpected));
  if (!report.misshapen.empty()) complaints.push_back("misshapen " + listed(report.misshapen));
  check(complaints.empty(), "the weights do not fit the graph: {}", join(complaints, "; "));
}

}  // namespace

LoadedWeights load_weights(Graph& graph, const TensorFile& file, const LoadWeightsOptions& options) {
  Graph edited = graph;
  LoadedWeights report;
  Named given = apply_rules(file, options.names);
  report.prefix = best_prefix(given, names_of(graph));
  for (const NamedParam& entry : named_params(edited)) {
    at::Tensor& mine = entry.param->value;
    auto found = given.find(report.prefix + entry.name);
    if (found == given.end()) found = given.find(entry.name);
    if (found == given.end()) {
      report.missing.push_back(entry.name);
      continue;
    }
    const at::Tensor& theirs = *found->second;
    if (theirs.sizes() != mine.sizes() || !same_kind(theirs, mine)) {
      report.misshapen.push_back(
          fmt::format("{} (expected {}, got {})", entry.name, described(mine), described(theirs)));
    } else {
      const bool trains = mine.requires_grad();
      mine = theirs.detach().to(mine.options(), /*non_blocking=*/false, /*copy=*/true);
      check(mine.isfinite().equal(theirs.isfinite()), "'{}' holds numbers too large for {}", entry.name,
            described(mine));
      mine.set_requires_grad(trains);
      report.loaded.push_back(entry.name);
    }
    given.erase(found);
  }
  for (const auto& [name, tensor] : given) report.unexpected.push_back(name);
  if (options.strict || report.loaded.empty()) refuse_misfits(report);
  graph = std::move(edited);
  return report;
}

}  // namespace lathe
