#include "lathe/prune/prune.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "lathe/base/glob.h"
#include "lathe/cost/cost.h"
#include "lathe/graph/print.h"
#include "lathe/base/unknown_glob.h"

namespace lathe {
namespace {

/// The nodes whose output channels a group takes.
std::vector<std::string> writers(const Graph& graph, const ChannelGroup& group) {
  std::vector<std::string> names;
  for (size_t i = 0; i < group.cuts.size(); ++i)
    if (group.roles[i] != Role::reads) names.push_back(graph.nodes[static_cast<size_t>(group.cuts[i].node)].name);
  return names;
}

/// All nodes that carry a group's channels: those that write them, activations, sums, pools.
std::vector<std::string> carriers(const Graph& graph, const ChannelGroup& group) {
  std::set<int> nodes;
  for (const Unit& unit : group.units)
    for (const Channel& channel : unit.channels) nodes.insert(channel.node);
  std::vector<std::string> names;
  for (const int node : nodes) names.push_back(graph.nodes[static_cast<size_t>(node)].name);
  return names;
}

bool matches(const std::string& glob, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return glob_matches(glob, name); });
}

/// What a group of the same kind looks like: ops, parameters and axes in graph order, without names and sizes.
std::string structure(const Graph& graph, const ChannelGroup& group) {
  std::string text;
  for (const Cut& cut : group.cuts)
    text += fmt::format("{}.{}:{} ", graph.nodes[static_cast<size_t>(cut.node)].op->kind(), cut.param, cut.axis);
  return text;
}

/// A group that may shrink, with its scores and bounds.
struct Candidate {
  size_t group = 0;
  std::vector<double> scores;
  std::vector<size_t> order;  ///< units, the least important first; equal scores in graph order
  int64_t initial = 0;
  double fixed_ratio = -1;  ///< of options.ratios; below 0: none
  std::string rank;         ///< candidates of one rank are ranked together
};

class Plan {
 public:
  Plan(const Graph& graph, const PruneOptions& options, const Evidence& evidence)
      : graph_(graph), options_(options), groups_(channel_groups(graph)), before_(cost(graph, options.inputs)) {
    for (const ChannelGroup& group : groups_) {
      writers_.push_back(writers(graph, group));
      carriers_.push_back(carriers(graph, group));
    }
    check_options();
    const CriterionEntry& criterion = criteria().at(options.criterion);
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (!may_shrink(i)) continue;
      Candidate candidate{i, importance(criterion, {graph, groups_[i], options.scoring, evidence, i}), {}, 0, -1, {}};
      candidate.order.resize(candidate.scores.size());
      std::iota(candidate.order.begin(), candidate.order.end(), size_t{0});
      std::stable_sort(candidate.order.begin(), candidate.order.end(),
                       [&](size_t a, size_t b) { return candidate.scores[a] < candidate.scores[b]; });
      const auto initial = options.initial.find(groups_[i].name);
      candidate.initial = initial == options.initial.end() ? size(i) : initial->second;
      candidate.fixed_ratio = fixed_ratio(i);
      candidate.rank = options.ranking == "isomorphic" ? structure(graph, groups_[i]) : "";
      candidates_.push_back(std::move(candidate));
    }
  }

  PruneReport report() const {
    if (!has_target()) return at_ratio(options_.ratio);
    const double target = wanted(), now = value(at_ratio(0));
    if (now <= target) return measured(at_ratio(0), now, now);
    double left = value(at_ratio(kMost));
    if (!(left <= target)) refuse(left, target);
    double too_little = 0, enough = kMost;
    for (int round = 0; round < 24 && enough - too_little > 1e-5; ++round) {
      const double middle = (too_little + enough) / 2, there = value(at_ratio(middle));
      (there <= target ? enough : too_little) = middle;
      if (there <= target) left = there;
    }
    return measured(at_ratio(enough), now, left);
  }

 private:
  static constexpr double kMost = 0.9999;
  const Graph& graph_;
  const PruneOptions& options_;
  std::vector<ChannelGroup> groups_;
  std::vector<std::vector<std::string>> writers_, carriers_;  ///< names of nodes, a list a group
  std::vector<Candidate> candidates_;
  Cost before_;

  int64_t size(size_t group) const { return static_cast<int64_t>(groups_[group].units.size()); }

  void check_options() const {
    if (options_.ranking != "local" && options_.ranking != "global" && options_.ranking != "isomorphic")
      throw Error(unknown_name("ranking", options_.ranking, {"global", "isomorphic", "local"}), ExitCode::usage);
    check_share("ratio", options_.ratio, Ends::from_zero);
    check_share("most", options_.most, Ends::to_one);
    for (const auto& [glob, ratio] : options_.ratios) {
      check_share(fmt::format("ratio of '{}'", glob), ratio, Ends::from_zero);
      check_glob(glob);
      check_shrinks(glob);
    }
    if (options_.multiple_of < 1)
      fail_as(ExitCode::usage, "prune: multiple_of {} (expected at least 1)", options_.multiple_of);
    for (const std::string& glob : options_.protect) check_glob(glob);
    const int targets = (options_.keep_macs ? 1 : 0) + (options_.keep_parameters ? 1 : 0) +
                        (options_.max_ram_bytes ? 1 : 0) + (options_.max_latency_us ? 1 : 0);
    check(targets <= 1, "prune: {} targets (expected one of MACs, parameters, RAM and latency)", targets);
    check(!options_.max_latency_us || options_.latency_us, "prune: a latency target without a way to measure it");
    if (options_.keep_macs) check_share("keep_macs", *options_.keep_macs, Ends::to_one);
    if (options_.keep_parameters) check_share("keep_parameters", *options_.keep_parameters, Ends::to_one);
    check_most("max_ram_bytes", options_.max_ram_bytes);
    check_most("max_latency_us", options_.max_latency_us);
  }

  enum class Ends { from_zero, to_one };
  /// A share, where 41 was meant to be 41 %.
  static void check_share(std::string_view what, double share, Ends ends) {
    const bool fits = ends == Ends::from_zero ? share >= 0 && share < 1 : share > 0 && share <= 1;
    if (fits) return;
    const bool percent = share >= 2 && (ends == Ends::from_zero ? share < 100 : share <= 100);
    fail_as(ExitCode::usage, "prune: {} {} (expected {}){}", what, share,
            ends == Ends::from_zero ? "0 or more and below 1" : "above 0, at most 1",
            percent ? fmt::format("; did you mean {:g}?", share / 100) : "");
  }
  template <class Number>
  static void check_most(std::string_view what, const std::optional<Number>& most) {
    if (most && !(*most > 0)) fail_as(ExitCode::usage, "prune: {} {} (expected above 0)", what, *most);
  }

  void check_glob(const std::string& glob) const {
    std::vector<std::string> names;
    for (const Node& node : graph_.nodes) names.push_back(node.name);
    if (!matches(glob, names)) throw Error("prune: " + unknown_glob(glob, names), ExitCode::usage);
  }

  void check_shrinks(const std::string& glob) const {
    for (size_t i = 0; i < groups_.size(); ++i)
      if (!groups_[i].pinned && means(glob, i)) return;
    fail_as(
        ExitCode::usage,
        "prune: ratio of '{}': changes nothing, for these channels stay in any case (they touch the network's inputs "
        "or outputs)",
        glob);
  }

  /// A glob means the layers that write channels; where it names none of those, all nodes that carry some. (All of them
  /// at once would take in whatever stands before a pool of the head with 'head.*'.)
  bool means(const std::string& glob, size_t group) const {
    const bool names_writers = std::any_of(writers_.begin(), writers_.end(),
                                           [&](const std::vector<std::string>& names) { return matches(glob, names); });
    return matches(glob, names_writers ? writers_[group] : carriers_[group]);
  }
  bool is_protected(size_t group) const {
    return std::any_of(options_.protect.begin(), options_.protect.end(),
                       [&](const std::string& glob) { return means(glob, group); });
  }
  bool may_shrink(size_t group) const {
    return !groups_[group].pinned && groups_[group].units.size() > 1 && !is_protected(group);
  }
  double fixed_ratio(size_t group) const {
    for (const auto& [glob, ratio] : options_.ratios)
      if (means(glob, group)) return ratio;
    return -1;
  }

  /// Channels that stay when `kept` should: never none, a multiple where that is asked for, within `most`.
  int64_t bounded(const Candidate& candidate, int64_t kept) const {
    const int64_t now = size(candidate.group), step = options_.multiple_of;
    const auto least =
        static_cast<int64_t>(std::ceil(static_cast<double>(candidate.initial) * (1 - options_.most) - 1e-9));
    kept = std::max({kept, least, int64_t{1}});
    if (step > 1 && kept < now) kept = std::max(step, kept / step * step);
    return std::min(kept, now);
  }

  std::vector<int64_t> kept_at(double ratio) const {
    std::vector<int64_t> kept;
    for (const Candidate& candidate : candidates_) {
      const double mine = candidate.fixed_ratio >= 0 ? candidate.fixed_ratio : ratio;
      kept.push_back(static_cast<int64_t>(static_cast<double>(candidate.initial) * (1 - mine) + 1e-9));
    }
    if (options_.ranking != "local") rank_together(ratio, kept);
    for (size_t i = 0; i < kept.size(); ++i) kept[i] = bounded(candidates_[i], kept[i]);
    return kept;
  }

  /// The lowest scores of all groups of a rank go, but never the last unit of a group.
  void rank_together(double ratio, std::vector<int64_t>& kept) const {
    std::map<std::string, std::vector<size_t>> ranks;
    for (size_t i = 0; i < candidates_.size(); ++i)
      if (candidates_[i].fixed_ratio < 0) ranks[candidates_[i].rank].push_back(i);
    for (const auto& [rank, members] : ranks) {
      struct Entry {
        double score;
        size_t candidate;
      };
      std::vector<Entry> all;
      int64_t initial = 0, now = 0;
      for (const size_t i : members) {
        const Candidate& candidate = candidates_[i];
        kept[i] = size(candidate.group);
        initial += candidate.initial;
        now += kept[i];
        for (size_t place = 0; place + 1 < candidate.order.size(); ++place)
          all.push_back({candidate.scores[candidate.order[place]], i});
      }
      std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.score < b.score; });
      const int64_t goes = now - static_cast<int64_t>(static_cast<double>(initial) * (1 - ratio) + 1e-9);
      for (int64_t k = 0; k < goes && k < std::ssize(all); ++k) --kept[all[static_cast<size_t>(k)].candidate];
    }
  }

  PruneReport at_ratio(double ratio) const {
    PruneReport report{ratio, before_.parameters, 0, before_.macs, 0, before_.peak_ram_bytes, 0, {}, {}};
    const std::vector<int64_t> kept = kept_at(ratio);
    for (const ChannelGroup& group : groups_) {
      const auto channels = static_cast<int64_t>(group.units.size());
      report.groups.push_back({group.name, channels, channels, group.pinned, is_protected(report.groups.size())});
    }
    for (size_t i = 0; i < candidates_.size(); ++i) {
      const Candidate& candidate = candidates_[i];
      const int64_t goes = size(candidate.group) - kept[i];
      for (int64_t k = 0; k < goes; ++k)
        report.removed.push_back(groups_[candidate.group].units[candidate.order[static_cast<size_t>(k)]]);
      report.groups[candidate.group].after = kept[i];
    }
    Graph smaller = graph_;
    remove(smaller, report.removed);
    const Cost after = cost(smaller, options_.inputs);
    report.parameters_after = after.parameters;
    report.macs_after = after.macs;
    report.peak_ram_after = after.peak_ram_bytes;
    return report;
  }

  PruneReport measured(PruneReport report, double before, double after) const {
    if (options_.max_latency_us) report.latency_us_before = before, report.latency_us_after = after;
    return report;
  }

  bool has_target() const {
    return options_.keep_macs || options_.keep_parameters || options_.max_ram_bytes || options_.max_latency_us;
  }
  double wanted() const {
    if (options_.keep_macs) return *options_.keep_macs * static_cast<double>(before_.macs);
    if (options_.keep_parameters) return *options_.keep_parameters * static_cast<double>(before_.parameters);
    return options_.max_ram_bytes ? static_cast<double>(*options_.max_ram_bytes) : *options_.max_latency_us;
  }
  double value(const PruneReport& report) const {
    if (options_.keep_macs) return static_cast<double>(report.macs_after);
    if (options_.keep_parameters) return static_cast<double>(report.parameters_after);
    if (options_.max_ram_bytes) return static_cast<double>(report.peak_ram_after);
    Graph smaller = graph_;
    remove(smaller, report.removed);
    return options_.latency_us(smaller);
  }
  [[noreturn]] void refuse(double nearest, double target) const {
    std::string wished, least;
    if (options_.keep_macs || options_.keep_parameters) {
      const auto whole = static_cast<double>(options_.keep_macs ? before_.macs : before_.parameters);
      wished = fmt::format("{:.3g} of the {}", target / whole, options_.keep_macs ? "MACs" : "parameters");
      least = fmt::format("{:.3g}", nearest / whole);
    } else if (options_.max_ram_bytes) {
      wished = with_commas(*options_.max_ram_bytes) + " bytes of activation RAM";
      least = with_commas(static_cast<int64_t>(nearest));
    } else {
      wished = fmt::format("{:g} us of latency", target);
      least = fmt::format("{:.1f} us", nearest);
    }
    fail_as(ExitCode::budget,
            "prune: {} cannot be reached: the least is {} (with what is pinned, protected, or limited by most)", wished,
            least);
  }
};

}  // namespace

PruneReport plan_pruning(const Graph& graph, const PruneOptions& options, const Evidence& evidence) {
  return Plan(graph, options, evidence).report();
}

PruneReport prune(Graph& graph, const PruneOptions& options, const Evidence& evidence) {
  PruneReport report = plan_pruning(graph, options, evidence);
  remove(graph, report.removed);
  return report;
}

}  // namespace lathe
