#include "lathe/train/loss.h"

#include <algorithm>

#include "lathe/train/losses/matched.h"

namespace lathe {

std::unique_ptr<Loss> make_loss(const LossOptions& options) {
  const LossEntry& entry = losses().at(options.kind);
  if (!options.class_weights.empty() && options.kind != "cross_entropy")
    fail_as(ExitCode::usage, "loss '{}': takes no class_weights; use cross_entropy", options.kind);
  for (const double weight : options.class_weights)
    if (!(weight >= 0))
      fail_as(ExitCode::usage, "loss '{}': a class weight is {} (expected at least 0)", options.kind, weight);
  return entry.make(options);
}

static std::vector<int64_t> counts_of(const at::Tensor& classes, int64_t class_count) {
  const at::Tensor counts = classes.flatten().to(at::kLong).bincount({}, class_count).cpu();
  check(counts.numel() == class_count, "loss: class {} occurs (expected 0 to {})", counts.numel() - 1, class_count - 1);
  return {counts.const_data_ptr<int64_t>(), counts.const_data_ptr<int64_t>() + class_count};
}

std::vector<double> balanced_class_weights(const at::Tensor& classes, int64_t class_count) {
  std::vector<double> weights;
  double sum = 0;
  for (const int64_t count : counts_of(classes, class_count)) {
    check(count > 0,
          "loss: class {} has no row, so its balanced weight is not defined; set class_weights = \"inverse\", which "
          "counts it as one row, or give them by hand",
          weights.size());
    weights.push_back(1 / static_cast<double>(count));
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

std::vector<double> inverse_class_weights(const at::Tensor& classes, int64_t class_count) {
  std::vector<double> weights;
  for (const int64_t count : counts_of(classes, class_count))
    weights.push_back(static_cast<double>(classes.numel()) / static_cast<double>(std::max<int64_t>(count, 1)));
  return weights;
}

std::pair<at::Tensor, at::Tensor> matched(std::string_view loss, const std::vector<at::Tensor>& outputs,
                                          const Batch& batch) {
  check(outputs.size() == 1 && batch.targets.size() == 1,
        "loss '{}': got {} outputs and {} targets (expected one each)", loss, outputs.size(), batch.targets.size());
  const at::Tensor &output = outputs[0], &target = batch.targets[0];
  check(output.numel() == target.numel() && output.size(0) == target.size(0),
        "loss '{}': the target [{}] does not line up with the output [{}]", loss, fmt::join(target.sizes(), ", "),
        fmt::join(output.sizes(), ", "));
  return {output, target.to(output.scalar_type()).view_as(output)};
}

}  // namespace lathe
