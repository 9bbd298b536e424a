/// [[step]] kind = "absorb"
#include "lathe/rewrite/absorb.h"

#include "lathe/recipe/step.h"

namespace lathe {

Step prepare_absorb(const Settings&, StepPlan&) {
  return [](StepContext& context) {
    if (context.keep_shape) return std::string("left as it is");
    const AbsorbReport report = absorb(context.model.graph);
    return fmt::format("absorbed the weights of {} kernels: {} values and {} sign bits are left to store",
                       report.kernels, report.stored_values, report.sign_bits);
  };
}

}  // namespace lathe
