/// Mean, sum or maximum over whole axes; the batch stays.
#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Reduce final : public Op {
 public:
  Reduce(std::string how, std::vector<int64_t> axes, bool keep)
      : how_(std::move(how)), axes_(std::move(axes)), keep_(keep) {
    check_axes(axes_, "reduce");
    check(how_ == "max" || how_ == "mean" || how_ == "sum", "reduce: unknown way '{}'; known: max, mean, sum", how_);
  }
  std::string_view kind() const override { return "reduce"; }
  Attributes attributes() const override { return {{"how", how_}, {"axes", axes_}, {"keep", keep_}}; }
  Shape shape(const Inputs& in) const override {
    check(axes_.back() < static_cast<int64_t>(in[0].rank()), "reduce: input {} has no axis {}", in[0], axes_.back());
    std::vector<int64_t> sizes;
    for (size_t axis = 0; axis < in[0].rank(); ++axis) {
      const bool goes = has_axis(axes_, axis);
      if (!goes || keep_) sizes.push_back(goes ? 1 : in[0][axis]);
    }
    check(sizes.size() >= 2, "reduce: nothing but the batch would stay of {}; keep the axes with size 1", in[0]);
    return Shape(std::move(sizes));
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    if (how_ == "mean") return x[0].mean(axes_, keep_);
    return how_ == "sum" ? x[0].sum(axes_, keep_) : x[0].amax(axes_, keep_);
  }
  Ties ties(const Inputs& in) const override {
    if (has_axis(axes_, 1)) return {{in[0][1], {input_channels()}, false}};
    return {{in[0][1], {input_channels(), output_channels()}}};
  }
  std::optional<Window> window(const Inputs&) const override {
    if (axes_ == std::vector<int64_t>{1} && keep_) return std::nullopt;
    return Window{{}, {}, true};
  }
  /// Over all of space with the axes kept, it is a pool to one sample.
  int64_t elementwise_work(const Inputs& in, const Shape&) const override {
    const bool pools = keep_ && how_ != "sum" && axes_.front() == 2 && axes_.size() + 2 == in[0].rank();
    return pools ? in[0].with(0, 1).count() : 0;
  }
  void write_onnx(OnnxWriter& to) const override {
    const int64_t keep = keep_ ? 1 : 0;
    if (how_ == "sum")  // the first of the family whose axes became an input
      to.finish("ReduceSum", {to.input(), to.constant("axes", axes_)}, {{"keepdims", keep}});
    else
      to.finish(how_ == "mean" ? "ReduceMean" : "ReduceMax", to.inputs(), {{"axes", axes_}, {"keepdims", keep}});
  }

 private:
  std::string how_;
  std::vector<int64_t> axes_;
  bool keep_;
};

std::vector<Value> read(OnnxCall& call, std::string how, int64_t axes_as_input) {
  const Value x = call.value();
  const size_t rank = x.shape().rank();
  std::vector<int64_t> axes = onnx_axes(call, axes_as_input);
  const bool nothing = call.integer("noop_with_empty_axes", 0) != 0, keep = call.integer("keepdims", 1) != 0;
  if (axes.empty() && nothing) return {x};
  call.require(!axes.empty(), "reduces all axes, the batch among them");
  axes = axes_from_front(axes, rank, "reduce");
  if (!keep && rank > 2 && axes.size() == rank - 2 && axes.front() == 2 && how != "sum")
    return {how == "mean" ? global_average_pool(x, call.name()) : global_max_pool(x, call.name())};
  return {reduce(x, call.name(), {.how = std::move(how), .axes = axes, .keep = keep})};
}

}  // namespace

Value reduce(Value x, std::string name, const ReduceOptions& options) {
  const std::vector<int64_t> axes = axes_from_front(options.axes, x.shape().rank(), "reduce '" + name + "'");
  return x.builder->add(std::move(name), std::make_shared<Reduce>(options.how, axes, options.keep), {x});
}

OpPtr make_reduce(const Attributes& settings) {
  return std::make_shared<Reduce>(settings.word("how"), settings.list("axes"), settings.flag("keep"));
}

std::vector<OpSample> samples_reduce() {
  const auto sample = [](std::string label, Shape input, ReduceOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [options](const std::vector<Value>& x) {
                      return reduce(x[0], "op", options);
                    }};
  };
  return {sample("mean_kept_2d", {3, 4, 5}, {.how = "mean", .axes = {2, 3}, .keep = true}),
          sample("mean_of_one_axis", {3, 4, 5}, {.how = "mean", .axes = {-1}}),
          sample("mean_over_channels", {3, 5}, {.how = "mean", .axes = {1}, .keep = true}),
          sample("sum_1d", {3, 5}, {.how = "sum", .axes = {2}}),
          sample("sum_over_channels", {3, 5}, {.how = "sum", .axes = {1}}),
          sample("max_1d", {3, 5}, {.how = "max", .axes = {2}, .keep = true}),
          sample("max_over_channels", {3, 5}, {.how = "max", .axes = {1}, .keep = true})};
}

std::vector<OnnxRule> onnx_reduce() {
  return {{"ReduceMean", [](OnnxCall& call) { return read(call, "mean", 18); }},
          {"ReduceSum", [](OnnxCall& call) { return read(call, "sum", 13); }},
          {"ReduceMax", [](OnnxCall& call) { return read(call, "max", 18); }}};
}

}  // namespace lathe
