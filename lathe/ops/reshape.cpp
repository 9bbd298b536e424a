/// The same values in the same order under other sizes; the batch stays. Sizes are those behind the batch: 0 copies the
/// input's size at that place, -1 is what remains.
#include <algorithm>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Reshape final : public Op {
 public:
  explicit Reshape(std::vector<int64_t> sizes) : sizes_(std::move(sizes)) {
    check(!sizes_.empty(), "reshape: has no sizes");
    for (const int64_t size : sizes_)
      check(size >= -1 && size <= INT32_MAX, "reshape: size {} (expected -1, 0 or a size)", size);
    check(std::count(sizes_.begin(), sizes_.end(), -1) <= 1, "reshape: sizes [{}] (expected at most one -1)",
          fmt::join(sizes_, ", "));
  }
  std::string_view kind() const override { return "reshape"; }
  Attributes attributes() const override { return {{"sizes", sizes_}}; }
  Shape shape(const Inputs& in) const override {
    const int64_t row = in[0].count() / in[0][0];
    std::vector<int64_t> sizes = {in[0][0]};
    int64_t known = 1;
    for (size_t place = 0; place < sizes_.size(); ++place) {
      check(sizes_[place] != 0 || place + 1 < in[0].rank(), "reshape: input {} has no axis {} to copy", in[0],
            place + 1);
      sizes.push_back(sizes_[place] == 0 ? in[0][place + 1] : sizes_[place]);
      if (sizes.back() > 0) known *= std::min(sizes.back(), row + 1);  // cannot overflow: known stays at most row
      check(known <= row, "reshape: {} does not fit into [N, {}]", in[0], fmt::join(sizes_, ", "));
    }
    for (int64_t& size : sizes)
      if (size == -1) size = row / known;
    check(Shape(sizes).count() == in[0].count(), "reshape: {} does not fit into [N, {}]", in[0],
          fmt::join(sizes_, ", "));
    return Shape(std::move(sizes));
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    const std::vector<Shape> given = {Shape(x[0].sizes().vec())};
    return x[0].reshape(shape({given, params}).sizes());
  }
  /// The first axis follows the channels when it is not a fixed number and whole channels stay together.
  Ties ties(const Inputs& in) const override {
    if (sizes_[0] > 0) return {};
    const int64_t before = in[0][1], after = shape(in)[1];
    if (after % before == 0) return {{before, {input_channels(), output_channels().repeated(after / before)}}};
    if (before % after == 0) return {{after, {input_channels().repeated(before / after), output_channels()}}};
    return {};
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  bool in_place() const override { return true; }
  void write_onnx(OnnxWriter& to) const override {
    std::vector<int64_t> sizes = {0};
    sizes.insert(sizes.end(), sizes_.begin(), sizes_.end());
    to.finish("Reshape", {to.input(), to.constant("sizes", sizes)});
  }

 private:
  std::vector<int64_t> sizes_;
};

/// The sizes behind the batch that an ONNX shape stands for.
std::vector<int64_t> sizes_behind_batch(const OnnxCall& call) {
  const Shape& input = call.value().shape();
  std::vector<int64_t> sizes = call.integers(1);
  const std::string text = fmt::format("[{}]", fmt::join(sizes, ", "));
  call.require(call.integer("allowzero", 0) == 0 || std::count(sizes.begin(), sizes.end(), 0) == 0,
               "makes {}, without any value", text);
  call.require(sizes.size() >= 2, "makes {}, where batch and channels are not apart (expected [N, C, ...])", text);
  const int64_t batch = sizes[0];
  sizes.erase(sizes.begin());
  const int64_t row = input.count() / input[0];
  int64_t known = 1;
  for (size_t place = 0; place < sizes.size(); ++place) {
    const int64_t size = sizes[place] != 0 ? sizes[place] : place + 1 < input.rank() ? input[place + 1] : 1;
    if (size > 0) known *= std::min(size, row + 1);
    call.require(known <= row, "makes {} of {}, which moves values between rows of the batch", text, input);
  }
  const bool rest = std::count(sizes.begin(), sizes.end(), -1) > 0;
  call.require(rest ? batch == 0 || batch == 1 : known == row,
               "makes {} of {}, which moves values between rows of the batch", text, input);
  if (sizes[0] == input[1]) sizes[0] = 0;  // so that channels can still be removed
  return sizes;
}

}  // namespace

Value reshape(Value x, std::string name, std::vector<int64_t> sizes) {
  return x.builder->add(std::move(name), std::make_shared<Reshape>(std::move(sizes)), {x});
}

OpPtr make_reshape(const Attributes& settings) {
  return std::make_shared<Reshape>(settings.list("sizes"));
}

std::vector<OpSample> samples_reshape() {
  return {{"keeps_channels", {{4, 2, 3}}, [](const auto& x) { return reshape(x[0], "op", {0, -1}); }},
          {"keeps_all", {{4, 6}}, [](const auto& x) { return reshape(x[0], "op", {0, 2, 3}); }},
          {"unflattens", {{12}}, [](const auto& x) { return reshape(x[0], "op", {-1, 3}); }},
          {"joins_channels_and_rows", {{3, 2, 4}}, [](const auto& x) { return reshape(x[0], "op", {-1, 4}); }},
          {"makes_channels", {{1, 12}}, [](const auto& x) { return reshape(x[0], "op", {3, 4}); }}};
}

std::vector<OnnxRule> onnx_reshape() {
  return {{"Reshape", [](OnnxCall& call) {
             const std::vector<int64_t> sizes = sizes_behind_batch(call);
             if (sizes.size() == 1) return std::vector{flatten(call.value(), call.name())};
             return std::vector{reshape(call.value(), call.name(), sizes)};
           }}};
}

}  // namespace lathe
