/// Penalties while training that bring whole channels near zero, so that their removal costs less. One file a
/// regulariser in regularizers/, one line in regularizers.cpp.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/graph/groups.h"
#include "lathe/train/regularizer.h"

namespace lathe {

struct RegularizerOptions {
  std::string kind;
  double strength = 1e-4;
  double spread = 16;  ///< group_lasso: how much more the least important channel of a group is held down than the most
  double growth = 1e-5;  ///< growing: what is added to the strength of the least important channel every `every` epochs
  int64_t every = 1;     ///< growing
  bool operator==(const RegularizerOptions&) const = default;
};

struct RegularizerEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< names of the options that only some read, with blanks between
  std::unique_ptr<Regularizer> (*make)(const RegularizerOptions& options);
};
const Registry<RegularizerEntry>& regularizers();

/// @throws Error (usage) for an unknown kind or a setting outside its range
std::unique_ptr<Regularizer> make_regularizer(const RegularizerOptions& options);

/// The groups of a graph that may shrink, and what each holds; for regularisers that go by channels.
class RegularizedGroups : public Regularizer {
 public:
  explicit RegularizedGroups(RegularizerOptions options) : options_(std::move(options)) {}
  void begin(const Graph& graph) override;
  std::string settings() const override;

 protected:
  const RegularizerOptions& options() const { return options_; }
  const std::vector<ChannelGroup>& groups() const { return groups_; }
  /// Sum of squares of all weights of every channel of a group: [channels], float64, on the graph's device.
  Tensor importance(const Graph& graph, size_t group) const;
  /// gradient += pull[channel] · weight for all weights of the group's channels.
  void pull_down(Graph& graph, size_t group, const Tensor& pull) const;

 private:
  struct Held {
    Cut cut;
    Tensor
        unit_of;  ///< of every entry along the cut: its channel in the group; the number of channels: another group's
  };
  RegularizerOptions options_;
  std::vector<ChannelGroup> groups_;
  std::vector<std::vector<Held>> held_;
};

}  // namespace lathe
