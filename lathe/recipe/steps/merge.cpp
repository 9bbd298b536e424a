/// [[step]] kind = "merge"; keys: ratio (one, or one a bank), min_similarity, compat
#include "lathe/base/text.h"
#include "lathe/recipe/step.h"
#include "lathe/rewrite/bank_values.h"
#include "lathe/rewrite/merge_kernels.h"

namespace lathe {

Step prepare_merge(const Settings& settings, StepPlan& plan) {
  const MergeOptions options{settings.reals("ratio", {{0.35, 0, 0}}), settings.real("min_similarity", 0.0),
                             settings.flag("compat", false)};
  settings.refuse_unknown();  // a slip in 'ratio' must not be answered with what its default does not fit
  for (const double ratio : options.ratio)
    if (!(ratio >= 0 && ratio < 1))
      throw settings_error(settings.origin("ratio"),
                           fmt::format("'ratio' holds {:g} (expected at least 0 and below 1)", ratio));
  try {
    ratio_per_bank(options.ratio, kernel_banks(plan.model.graph).size());
  } catch (const Error& error) {
    throw settings_error(settings.origin("ratio"), error.what());
  }
  return [options](StepContext& context) {
    if (context.keep_shape) return std::string("left as it is");
    const MergeReport report = merge_kernels(context.model.graph, options);
    std::string sentence = fmt::format("merged {} of {} kernels: {} of {} parameters are left",
                                       report.kernels_before - report.kernels_after, report.kernels_before,
                                       with_commas(report.parameters_after), with_commas(report.parameters_before));
    if (options.compat)
      sentence +=
          fmt::format("; the published rule counts {} of them as removed although they still act", report.still_active);
    return sentence;
  };
}

}  // namespace lathe
