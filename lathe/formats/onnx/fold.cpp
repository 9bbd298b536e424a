#include "lathe/formats/onnx/fold.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "lathe/graph/onnx_form.h"

namespace lathe {
namespace {

using at::Tensor;

/// What a fold sees: inputs and attributes of one node.
struct Call {
  const OnnxNode& node;
  const std::vector<Tensor>& x;
  int64_t opset;

  bool has(size_t place) const { return place < x.size() && x[place].defined(); }
  const Tensor& operator[](size_t place) const {
    check(has(place), "input {} is not given", place);
    return x[place];
  }
  template <class T>
  const T* find(std::string_view name) const {
    return node.find<T>(name);
  }
  int64_t integer(std::string_view name, int64_t without) const {
    const auto* value = find<int64_t>(name);
    return value == nullptr ? without : *value;
  }
  /// Whole numbers, which older opsets have as an attribute and newer ones as an input.
  std::vector<int64_t> list(std::string_view name, size_t place) const {
    if (const auto* value = find<std::vector<int64_t>>(name)) return *value;
    return has(place) ? numbers(x[place]) : std::vector<int64_t>{};
  }
  static std::vector<int64_t> numbers(const Tensor& tensor) {
    const Tensor flat = tensor.to(at::kLong).flatten().contiguous();
    return {flat.const_data_ptr<int64_t>(), flat.const_data_ptr<int64_t>() + flat.numel()};
  }
  int64_t axis(int64_t axis, int64_t rank) const {
    check(axis >= -rank && axis < rank, "axis {} of a constant with {} axes", axis, rank);
    return axis < 0 ? axis + rank : axis;
  }
};

using Fold = Tensor (*)(const Call&);

Tensor from_constant(const Call& call) {
  if (const auto* value = call.find<OnnxTensor>("value")) return tensor_of(*value);
  if (const auto* value = call.find<int64_t>("value_int")) return at::scalar_tensor(*value, at::kLong);
  if (const auto* value = call.find<float>("value_float")) return at::scalar_tensor(*value, at::kFloat);
  if (const auto* value = call.find<std::vector<int64_t>>("value_ints")) return at::tensor(*value);
  if (const auto* value = call.find<std::vector<float>>("value_floats")) return at::tensor(*value);
  fail_as(ExitCode::unsupported, "a constant that is neither numbers nor a tensor of numbers");
}

/// What a computed constant may hold that is larger than what it is computed from.
constexpr int64_t kMost = int64_t{1} << 24;

void check_count(const std::vector<int64_t>& sizes) {
  int64_t count = 1;
  for (const int64_t size : sizes)
    if (size != 0 && size % kBatchMark == 0) fail_as(ExitCode::unsupported, "a constant as large as the batch");
  for (const int64_t size : sizes) {
    check(size >= 0 && (size == 0 || count <= kMost / size), "a constant of shape [{}] is too large",
          fmt::join(sizes, ", "));
    count *= size;
  }
}

/// For sums of constants that stretch each other.
void check_stretch(const std::vector<Tensor>& inputs) {
  std::vector<int64_t> sizes;
  int64_t largest = 0;
  for (const Tensor& input : inputs) {
    if (!input.defined()) continue;
    largest = std::max(largest, input.numel());
    for (int64_t axis = 1; axis <= input.dim(); ++axis) {
      if (static_cast<int64_t>(sizes.size()) < axis) sizes.push_back(1);
      int64_t& size = sizes[static_cast<size_t>(axis) - 1];
      size = std::max(size, input.size(-axis));
    }
  }
  double count = 1;
  for (const int64_t size : sizes) count *= static_cast<double>(size);
  check(count <= static_cast<double>(std::max(kMost, largest)), "constants that stretch each other to {:.3g} elements",
        count);
}

Tensor constant_of_shape(const Call& call) {
  const std::vector<int64_t> sizes = Call::numbers(call[0]);
  check_count(sizes);
  const auto* value = call.find<OnnxTensor>("value");
  return value == nullptr ? at::zeros(sizes)
                          : tensor_of(*value)
                                .flatten()
                                .expand({1})
                                .view(std::vector<int64_t>(sizes.size(), 1))
                                .expand(sizes)
                                .contiguous();
}

Tensor range(const Call& call) {
  const Tensor& start = call[0];
  const double from = start.item().toDouble(), to = call[1].item().toDouble(), step = call[2].item().toDouble();
  check(step != 0 && (to - from) / step < static_cast<double>(kMost), "a range from {} to {} by {}", from, to, step);
  if ((to - from) / step <= 0) return at::zeros({0}, start.scalar_type());
  return at::arange(from, to, step, at::kDouble).to(start.scalar_type());
}

Tensor gather(const Call& call) {
  const Tensor& x = call[0];
  const int64_t axis = call.axis(call.integer("axis", 0), x.dim()), size = x.size(axis);
  const Tensor places = call[1].to(at::kLong);
  const Tensor flat = at::where(places.lt(0), places.add(size), places).flatten();
  check(flat.numel() == 0 || (flat.min().item().toLong() >= 0 && flat.max().item().toLong() < size),
        "an index is outside of axis {} (size {})", axis, size);
  check(flat.numel() <= kMost / std::max<int64_t>(1, x.numel() / std::max<int64_t>(1, size)), "{} indices are too many",
        flat.numel());
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.erase(sizes.begin() + axis);
  sizes.insert(sizes.begin() + axis, places.sizes().begin(), places.sizes().end());
  return x.index_select(axis, flat).view(sizes);
}

Tensor unsqueeze(const Call& call) {
  std::vector<int64_t> axes = call.list("axes", 1);
  const int64_t rank = call[0].dim() + static_cast<int64_t>(axes.size());
  for (int64_t& axis : axes) axis = call.axis(axis, rank);
  std::sort(axes.begin(), axes.end());
  Tensor x = call[0];
  for (const int64_t axis : axes) x = x.unsqueeze(axis);
  return x;
}

Tensor squeeze(const Call& call) {
  std::vector<int64_t> axes = call.list("axes", 1);
  Tensor x = call[0];
  if (axes.empty()) return x.squeeze();
  for (int64_t& axis : axes) axis = call.axis(axis, x.dim());
  std::sort(axes.rbegin(), axes.rend());
  for (const int64_t axis : axes) {
    check(x.size(axis) == 1, "axis {} of a constant has size {} (expected 1)", axis, x.size(axis));
    x = x.squeeze(axis);
  }
  return x;
}

Tensor slice(const Call& call) {
  const std::vector<int64_t> from = call.list("starts", 1), to = call.list("ends", 2), steps = call.list("steps", 4);
  std::vector<int64_t> axes = call.list("axes", 3);
  Tensor x = call[0];
  check(from.size() == to.size(), "{} starts and {} ends", from.size(), to.size());
  for (size_t i = 0; i < from.size(); ++i) {
    const int64_t axis = call.axis(i < axes.size() ? axes[i] : static_cast<int64_t>(i), x.dim());
    const int64_t size = x.size(axis), step = i < steps.size() ? steps[i] : 1;
    check(step != 0, "a step of 0");
    const auto place = [&](int64_t at, int64_t least, int64_t most) {
      return std::clamp(at < 0 ? (at < -size ? least : at + size) : at, least, most);
    };
    if (step > 0) {
      x = x.slice(axis, place(from[i], 0, size), place(to[i], 0, size), std::min(step, std::max<int64_t>(size, 1)));
    } else {
      check(step == -1, "a step of {} (expected -1 or above 0)", step);
      const int64_t first = place(from[i], -1, size - 1), last = place(to[i], -1, size - 1);
      x = x.slice(axis, last + 1, first + 1).flip({axis});
    }
  }
  return x;
}

Tensor cast(const Call& call) {
  const OnnxTensor empty{"", static_cast<OnnxType>(call.integer("to", 1)), {0}, ""};
  return call[0].to(tensor_of(empty).scalar_type());
}

Tensor reshape(const Call& call) {
  std::vector<int64_t> sizes = call.list("shape", 1);
  if (call.integer("allowzero", 0) == 0)
    for (size_t i = 0; i < sizes.size(); ++i)
      if (sizes[i] == 0) sizes[i] = call[0].size(static_cast<int64_t>(i));
  return call[0].reshape(sizes);
}

Tensor expand(const Call& call) {
  std::vector<int64_t> sizes = Call::numbers(call[1]);
  check_count(sizes);
  Tensor x = call[0];
  while (x.dim() < static_cast<int64_t>(sizes.size())) x = x.unsqueeze(0);
  const size_t more = static_cast<size_t>(x.dim()) - sizes.size();
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] == 1) sizes[i] = x.size(static_cast<int64_t>(i + more));
  return x.expand(sizes);
}

Tensor concat(const Call& call) {
  for (size_t i = 0; i < call.x.size(); ++i) check(call.has(i), "input {} is not given", i);
  return at::cat(call.x, call.axis(call.integer("axis", 0), call[0].dim()));
}

Tensor transpose(const Call& call) {
  std::vector<int64_t> order = call.list("perm", 9);
  if (order.empty())
    for (int64_t axis = call[0].dim(); axis-- > 0;) order.push_back(axis);
  return call[0].permute(order).contiguous();
}

Tensor flatten(const Call& call) {
  const int64_t axis = call.integer("axis", 1);
  const Tensor& x = call[0];
  int64_t rows = 1;
  for (int64_t i = 0; i < (axis < 0 ? axis + x.dim() : axis); ++i) rows *= x.size(i);
  return rows == 0 ? x.reshape({0, 0}) : x.reshape({rows, -1});
}

/// Where whole numbers are divided by -1, which ends the program for the smallest one: processors cannot hold the
/// result.
Tensor by_minus_one(const Tensor& divisor) {
  return at::isSignedType(divisor.scalar_type()) ? divisor.eq(-1) : at::zeros({}, at::kBool);
}

/// Whole numbers divide towards zero, reals as usual.
Tensor divide(const Call& call) {
  if (call[0].is_floating_point()) return call[0].div(call[1]);
  check(!call[1].eq(0).any().item().toBool(), "a division by zero");
  const Tensor turned = by_minus_one(call[1]);
  const Tensor result = call[0].div(call[1].masked_fill(turned, 1), "trunc");
  return at::where(turned, result.neg(), result);
}

Tensor modulo(const Call& call) {
  const bool as_c = call.integer("fmod", 0) != 0;
  if (call[0].is_floating_point()) return as_c ? call[0].fmod(call[1]) : call[0].remainder(call[1]);
  check(!call[1].eq(0).any().item().toBool(), "a division by zero");
  const Tensor divisor = call[1].masked_fill(by_minus_one(call[1]), 1);  // nothing remains either way
  return as_c ? call[0].fmod(divisor) : call[0].remainder(divisor);
}

/// Of any number of constants.
Tensor each_with_next(const Call& call, Tensor (*apply)(const Tensor&, const Tensor&)) {
  Tensor result = call[0];
  for (size_t place = 1; place < call.x.size(); ++place) result = apply(result, call[place]);
  return result;
}

Tensor reduce(const Call& call, Tensor (*reduce_axes)(const Tensor&, const std::vector<int64_t>&, bool)) {
  std::vector<int64_t> axes = call.list("axes", 1);
  for (int64_t& axis : axes) axis = call.axis(axis, call[0].dim());
  std::sort(axes.begin(), axes.end());
  if (axes.empty() && call.integer("noop_with_empty_axes", 0) != 0) return call[0];
  if (axes.empty())
    for (int64_t axis = 0; axis < call[0].dim(); ++axis) axes.push_back(axis);
  return reduce_axes(call[0], axes, call.integer("keepdims", 1) != 0);
}
Tensor product(const Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  Tensor result = x;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) result = result.prod(*axis, keep);
  return result;
}

Tensor tile(const Call& call) {
  const std::vector<int64_t> times = Call::numbers(call[1]);
  std::vector<int64_t> sizes = call[0].sizes().vec();
  check(times.size() == sizes.size(), "{} repeats for {} axes", times.size(), sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i) sizes[i] *= std::clamp<int64_t>(times[i], 0, kMost);
  check_count(sizes);
  return call[0].repeat(times);
}

struct Entry {
  std::string_view type;
  Fold fold;
  bool stretches = false;
};
constexpr Entry kFolds[] = {
    {"Abs", [](const Call& c) { return c[0].abs(); }},
    {"Add", [](const Call& c) { return c[0].add(c[1]); }, true},
    {"And", [](const Call& c) { return c[0].logical_and(c[1]); }, true},
    {"Cast", cast},
    {"CastLike", [](const Call& c) { return c[0].to(c.has(1) ? c[1].scalar_type() : at::kFloat); }},
    {"Ceil", [](const Call& c) { return c[0].ceil(); }},
    {"Concat", concat},
    {"Constant", from_constant},
    {"ConstantOfShape", constant_of_shape},
    {"Div", divide, true},
    {"Equal", [](const Call& c) { return c[0].eq(c[1]); }, true},
    {"Exp", [](const Call& c) { return c[0].exp(); }},
    {"Expand", expand},
    {"Flatten", flatten},
    {"Floor", [](const Call& c) { return c[0].floor(); }},
    {"Gather", gather},
    {"Greater", [](const Call& c) { return c[0].gt(c[1]); }, true},
    {"Identity", [](const Call& c) { return c[0]; }},
    {"Less", [](const Call& c) { return c[0].lt(c[1]); }, true},
    {"Max",
     [](const Call& c) { return each_with_next(c, [](const Tensor& a, const Tensor& b) { return a.maximum(b); }); },
     true},
    {"Min",
     [](const Call& c) { return each_with_next(c, [](const Tensor& a, const Tensor& b) { return a.minimum(b); }); },
     true},
    {"Mod", modulo, true},
    {"Mul", [](const Call& c) { return c[0].mul(c[1]); }, true},
    {"Neg", [](const Call& c) { return c[0].neg(); }},
    {"Not", [](const Call& c) { return c[0].logical_not(); }},
    {"Or", [](const Call& c) { return c[0].logical_or(c[1]); }, true},
    {"Pow", [](const Call& c) { return c[0].pow(c[1]).to(c[0].scalar_type()); }, true},
    {"Range", range},
    {"Reciprocal", [](const Call& c) { return c[0].reciprocal(); }},
    {"ReduceL2",
     [](const Call& c) {  // weight norm
       return reduce(c, [](const Tensor& x, const std::vector<int64_t>& axes, bool keep) {
         return x.square().sum(axes, keep).sqrt();
       });
     }},
    {"ReduceMax",
     [](const Call& c) {
       return reduce(c,
                     [](const Tensor& x, const std::vector<int64_t>& axes, bool keep) { return x.amax(axes, keep); });
     }},
    {"ReduceMean",
     [](const Call& c) {
       return reduce(c,
                     [](const Tensor& x, const std::vector<int64_t>& axes, bool keep) { return x.mean(axes, keep); });
     }},
    {"ReduceProd", [](const Call& c) { return reduce(c, product); }},
    {"ReduceSum",
     [](const Call& c) {
       return reduce(c, [](const Tensor& x, const std::vector<int64_t>& axes, bool keep) { return x.sum(axes, keep); });
     }},
    {"Reshape", reshape},
    {"Shape", [](const Call& c) { return at::tensor(shape_part(c.node, c[0].sizes().vec()), at::kLong); }},
    {"Size", [](const Call& c) { return at::scalar_tensor(c[0].numel(), at::kLong); }},
    {"Slice", slice},
    {"Sqrt", [](const Call& c) { return c[0].sqrt(); }},
    {"Squeeze", squeeze},
    {"Sub", [](const Call& c) { return c[0].sub(c[1]); }, true},
    {"Tile", tile},
    {"Transpose", transpose},
    {"Unsqueeze", unsqueeze},
    {"Where", [](const Call& c) { return at::where(c[0], c[1], c[2]); }, true},
};

const Entry* find(std::string_view type) {
  for (const Entry& entry : kFolds)
    if (entry.type == type) return &entry;
  return nullptr;
}

}  // namespace

std::vector<int64_t> shape_part(const OnnxNode& node, const std::vector<int64_t>& sizes) {
  const auto rank = static_cast<int64_t>(sizes.size());
  const auto bound = [&](std::string_view name, int64_t without) {
    const auto* at = node.find<int64_t>(name);
    return std::clamp(at == nullptr ? without : *at < 0 ? *at + rank : *at, int64_t{0}, rank);
  };
  const int64_t from = bound("start", 0), to = std::max(from, bound("end", rank));
  return {sizes.begin() + from, sizes.begin() + to};
}

bool folds(std::string_view type) {
  return find(type) != nullptr;
}

std::vector<at::Tensor> fold(const OnnxNode& node, const std::vector<at::Tensor>& inputs, int64_t opset) {
  const Entry* entry = find(node.type);
  if (entry == nullptr)
    fail_as(ExitCode::unsupported, "computes with constants only, which lathe does not do for {}", node.type);
  if (entry->stretches) check_stretch(inputs);
  return {entry->fold({node, inputs, opset})};
}

}  // namespace lathe
