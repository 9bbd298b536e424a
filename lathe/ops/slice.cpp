/// A part of one axis: the entries from `from` up to but not including `to`, every `step`-th. Numbers below 0 count
/// from the end, as in Python.
#include <ATen/ops/slice.h>

#include <algorithm>

#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class SliceOp final : public Op {
 public:
  explicit SliceOp(SliceOptions part) : part_(part) {
    check(part_.axis >= 1, "slice: axis {} (expected 1 or more; the batch is not cut)", part_.axis);
    check(part_.step >= 1, "slice: step {} (expected at least 1)", part_.step);
  }
  std::string_view kind() const override { return "slice"; }
  Attributes attributes() const override {
    Attributes settings{{"axis", part_.axis}, {"from", part_.from}, {"step", part_.step}};
    if (!to_end()) settings.set("to", part_.to);
    return settings;
  }
  Shape shape(const Inputs& in) const override {
    check(part_.axis < static_cast<int64_t>(in[0].rank()), "slice: input {} has no axis {}", in[0], part_.axis);
    const auto [begin, end] = range(size_of(in));
    check(begin < end, "slice: nothing lies from {} to {} on axis {} of {}", begin, end, part_.axis, in[0]);
    return in[0].with(static_cast<size_t>(part_.axis), (end - begin + part_.step - 1) / part_.step);
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    const auto [begin, end] = range(x[0].size(part_.axis));
    return at::slice(x[0], part_.axis, begin, end, part_.step);
  }
  /// The numbers stay when channels go, so only those can that move no end of the part: behind ends that count from the
  /// front, before those that count from the end.
  Ties ties(const Inputs& in) const override {
    if (part_.axis != 1) return {{in[0][1], {input_channels(), output_channels()}}};
    if (part_.step != 1) return {};
    const int64_t channels = in[0][1];
    const auto [begin, end] = range(channels);
    const bool from_front = part_.from >= 0, to_front = part_.to >= 0 && !to_end();
    Ties ties;
    if (!from_front && !to_front && begin > 0) ties.push_back({begin, {input_channels()}});
    if (from_front && !to_front) ties.push_back({end - begin, {input_channels().from(begin), output_channels()}});
    if (from_front && to_front && end < channels) ties.push_back({channels - end, {input_channels().from(end)}});
    return ties;
  }
  std::optional<Window> window(const Inputs& in) const override {
    if (part_.axis == 1) return std::nullopt;
    const std::vector<int64_t> ones(in[0].spatial(), 1);
    Window window{ones, ones, false, std::vector<int64_t>(ones.size(), 0)};
    const auto axis = static_cast<size_t>(part_.axis) - 2;
    window.stride[axis] = part_.step;
    window.before[axis] = -range(size_of(in)).begin;
    return window;
  }
  void write_onnx(OnnxWriter& to) const override {
    const auto list = [&](const char* name, int64_t value) { return to.constant(name, std::vector<int64_t>{value}); };
    to.finish("Slice", {to.input(), list("from", part_.from), list("to", part_.to), list("axis", part_.axis),
                        list("step", part_.step)});
  }

 private:
  SliceOptions part_;

  struct Range {
    int64_t begin, end;
  };
  bool to_end() const { return part_.to == SliceOptions::end; }
  int64_t size_of(const Inputs& in) const { return in[0][static_cast<size_t>(part_.axis)]; }
  Range range(int64_t size) const {
    const auto place = [size](int64_t given) { return std::clamp<int64_t>(given < 0 ? given + size : given, 0, size); };
    return {place(part_.from), place(part_.to)};
  }
};

/// One slice an axis; the last one has the node's name.
Value read_slice(OnnxCall& call) {
  const bool as_inputs = call.opset() >= 10;
  const std::vector<int64_t> from = as_inputs ? call.integers(1) : call.list("starts");
  const std::vector<int64_t> to = as_inputs ? call.integers(2) : call.list("ends");
  std::vector<int64_t> axes, steps(from.size(), 1);
  if (as_inputs ? has_content(call, 3) : call.has_attribute("axes"))
    axes = as_inputs ? call.integers(3) : call.list("axes");
  else
    for (size_t axis = 0; axis < from.size(); ++axis) axes.push_back(static_cast<int64_t>(axis));
  if (as_inputs && has_content(call, 4)) steps = call.integers(4);
  check(from.size() == to.size() && from.size() == axes.size() && from.size() == steps.size(),
        "{} starts, {} ends, {} axes and {} steps (expected as many of each)", from.size(), to.size(), axes.size(),
        steps.size());
  Value x = call.value();
  const size_t rank = x.shape().rank();
  for (size_t i = 0; i < axes.size(); ++i) {
    call.require(steps[i] >= 1, "step {} (expected at least 1)", steps[i]);
    const bool whole = from[i] == 0 && to[i] >= INT32_MAX && steps[i] == 1;
    if (whole && axes[i] == 0) continue;
    const int64_t axis = axis_from_front(axes[i], rank, "slice");
    const int64_t end = to[i] >= x.shape()[static_cast<size_t>(axis)] ? SliceOptions::end : to[i];
    x = slice(x, i + 1 == axes.size() ? call.name() : call.name("axis" + std::to_string(axis)),
              {.axis = axis, .from = std::max(from[i], -INT64_MAX), .to = end, .step = steps[i]});
  }
  return x;
}

/// A slice an output.
std::vector<Value> read_split(OnnxCall& call) {
  const Value x = call.value();
  const int64_t axis = axis_from_front(call.integer("axis", 0), x.shape().rank(), "split");
  const int64_t size = x.shape()[static_cast<size_t>(axis)];
  const auto count = static_cast<int64_t>(call.node().outputs.size());
  std::vector<int64_t> sizes = call.opset() < 13      ? call.list("split")
                               : has_content(call, 1) ? call.integers(1)
                                                      : std::vector<int64_t>();
  const bool even = sizes.empty();
  if (even) {
    const int64_t each = (size + count - 1) / count;
    for (int64_t part = 0; part < count; ++part) sizes.push_back(std::clamp<int64_t>(size - part * each, 0, each));
  }
  const int64_t wanted = call.opset() >= 18 ? call.integer("num_outputs", count) : count;
  check(static_cast<int64_t>(sizes.size()) == count && wanted == count, "{} sizes for {} outputs",
        even ? wanted : std::ssize(sizes), count);
  int64_t sum = 0;
  for (const int64_t part : sizes) sum = part < 1 || part > size ? size + 1 : sum + part;
  check(sum == size, "splits axis {} of {} into [{}] (expected sizes of at least 1 that add up to {})", axis, x.shape(),
        fmt::join(sizes, ", "), size);
  std::vector<Value> parts;
  int64_t begin = 0;
  for (int64_t part = 0; part < count; ++part) {
    const int64_t end = part + 1 == count ? SliceOptions::end : begin + sizes[static_cast<size_t>(part)];
    parts.push_back(slice(x, call.name(std::to_string(part)), {.axis = axis, .from = begin, .to = end}));
    begin = end;
  }
  return parts;
}

/// One entry of an axis, which then goes: x[:, :, -1].
Value read_gather(OnnxCall& call) {
  const Value x = call.value();
  const int64_t axis = axis_from_front(call.integer("axis", 0), x.shape().rank(), "gather");
  const Tensor place = call.constant(1);
  call.require(place.numel() == 1 && place.dim() <= 1, "takes entries of shape {} (expected one)",
               Shape(place.sizes().vec()));
  const int64_t entry = call.integers(1)[0];
  const SliceOptions one{.axis = axis, .from = entry, .to = entry == -1 ? SliceOptions::end : entry + 1};
  if (place.dim() == 1) return slice(x, call.name(), one);
  return squeeze(slice(x, call.name("entry"), one), call.name(), {axis});
}

}  // namespace

Value slice(Value x, std::string name, const SliceOptions& options) {
  SliceOptions part = options;
  part.axis = axis_from_front(part.axis, x.shape().rank(), "slice '" + name + "'");
  return x.builder->add(std::move(name), std::make_shared<SliceOp>(part), {x});
}

OpPtr make_slice(const Attributes& settings) {
  const bool to_end = settings.values().find("to") == settings.values().end();
  return std::make_shared<SliceOp>(SliceOptions{.axis = settings.integer("axis"),
                                                .from = settings.integer("from"),
                                                .to = to_end ? SliceOptions::end : settings.integer("to"),
                                                .step = settings.integer("step")});
}

std::vector<OpSample> samples_slice() {
  const auto sample = [](std::string label, Shape input, SliceOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [options](const std::vector<Value>& x) {
                      return slice(x[0], "op", options);
                    }};
  };
  return {sample("time", {3, 9}, {.axis = 2, .from = 1, .to = -2, .step = 3}),
          sample("rows", {2, 4, 3}, {.axis = -2, .from = -3}),
          sample("channels_but_the_first", {5, 4}, {.axis = 1, .from = 1}),
          sample("channels_but_the_last", {5, 4}, {.axis = 1, .to = -2}),
          sample("first_channels", {5, 4}, {.axis = 1, .to = 2}),
          sample("last_channels", {5}, {.axis = 1, .from = -2}),
          sample("one_channel_of_one", {1, 4}, {.axis = 1, .step = 2})};
}

std::vector<OnnxRule> onnx_slice() {
  return {{"Slice", [](OnnxCall& call) { return std::vector{read_slice(call)}; }},
          {"Split", read_split},
          {"Gather", [](OnnxCall& call) { return std::vector{read_gather(call)}; }}};
}

}  // namespace lathe
