#include "lathe/recipe/run_checks.h"

#include <algorithm>

#include "lathe/recipe/model_rate.h"

namespace lathe {
namespace {

class Checks {
 public:
  Checks(const Plan& plan, const Graph& graph, const Dataset& train, const Dataset& test)
      : plan_(plan), name_(plan.data.name), graph_(graph), train_(train), test_(test) {}

  void all() const {
    const Shape wanted = shapes(graph_)[static_cast<size_t>(graph_.inputs()[0])];
    const Shape got = Shape(train_.inputs.sizes().vec()).with(0, 1);
    check(train_.features.empty() || wanted == got, "{}: features are {} (the model expects {}); see [features]", name_,
          got, wanted);
    check(wanted[1] == got[1], "{}: windows have {} channels (the model expects {}){}", name_, got[1], wanted[1],
          got.rank() == 3 && got[2] == wanted[1] ? "; their axes are swapped: set [data] layout = \"NTC\"" : "");
    check(wanted == got, "{}: windows are {} (the model expects {}){}", name_, got, wanted, size_hint(got));
    check_rate();
    check_sets();
    if (plan_.preprocessing.task == "classification")
      check_classes();
    else
      check_segments(got[2]);
  }

 private:
  const Plan& plan_;
  const std::string& name_;
  const Graph& graph_;
  const Dataset& train_;
  const Dataset& test_;

  /// "; set [model] samples = 1920", where the model has such a setting.
  std::string size_hint(const Shape& got) const {
    if (got.rank() == 3 && plan_.model.takes("samples")) return fmt::format("; set [model] samples = {}", got[2]);
    if (got.rank() == 4 && plan_.model.takes("height"))
      return fmt::format("; set [model] height = {}, width = {}", got[2], got[3]);
    return "";
  }
  std::string classes_hint(int64_t classes) const {
    if (plan_.model.new_head) return fmt::format("; set [model] head = {{classes = {}}}", classes);
    if (plan_.model.from_file)
      return fmt::format("; [model] head = {{classes = {}}} gives it another classifier", classes);
    for (const char* key : {"classes", "n_classes"})
      if (plan_.model.takes(key)) return fmt::format("; set [model] {} = {}", key, classes);
    return "";
  }

  void check_rate() const {
    const double rate = train_.rate_hz;
    const auto mismatch = rate_mismatch(graph_, rate);
    if (!mismatch) return;
    const Settings& model = plan_.model.settings;
    throw settings_error(
        model.has("rate_hz") ? model.origin("rate_hz") : name_,
        fmt::format(
            "the data has {:g} samples a second (the model's node '{}' expects {:g}); set [model] rate_hz = {:g}, or "
            "[data] rate_hz to what is true",
            rate, mismatch->node, mismatch->rate_hz, rate));
  }

  void check_sets() const {
    const bool tested = test_.rows() > 0;
    for (const std::string& set : plan_.evaluate.sets)
      check(set != "test" || tested, "{}: has no rows to test (split = \"none\"); set [evaluate] sets = [\"train\"]",
            name_);
    check(!plan_.controls.any() || tested, "{}: has no rows to test (split = \"none\"), which [controls] compares on",
          name_);
    check(plan_.evaluate.unit != "group" || !train_.groups.empty(),
          "{}: has no groups for [evaluate] unit = \"group\"; give [data] groups", name_);
  }

  void check_classes() const {
    const int64_t outputs = shapes(graph_).back()[1];
    int64_t largest = train_.targets.max().item<int64_t>();
    if (test_.rows() > 0) largest = std::max(largest, test_.targets.max().item<int64_t>());
    check(largest < outputs, "{}: has a class {} but the model has {} outputs{}", name_, largest, outputs,
          classes_hint(largest + 1));
    const auto names = std::ssize(train_.class_names);
    check(names == 0 || names == outputs, "{}: {} classes have names but the model has {} outputs{}", name_, names,
          outputs, classes_hint(names));
  }

  void check_segments(int64_t samples) const {
    const auto names = std::ssize(plan_.preprocessing.class_names);
    check(names == 2, "{}: {} classes have names (expected 2: what 0 and 1 stand for)", name_, names);
    check(plan_.preprocessing.smooth_window <= samples,
          "{}: windows have {} samples (expected at least the {} of [evaluate] smooth_window)", name_, samples,
          plan_.preprocessing.smooth_window);
  }
};

}  // namespace

void check_run(const Plan& plan, const Graph& graph, const Dataset& train, const Dataset& test) {
  Checks(plan, graph, train, test).all();
}

}  // namespace lathe
