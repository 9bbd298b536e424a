#include "lathe/rewrite/absorb.h"

#include <cmath>

#include "lathe/graph/verify.h"
#include "lathe/rewrite/bank_values.h"

namespace lathe {

AbsorbReport absorb(Graph& graph) {
  Graph edited = clone(graph);
  AbsorbReport report;
  for (const KernelBank& bank : require_kernel_banks(edited, "absorb")) {
    BankValues values = read_bank(edited, bank);
    check(values.columns[0].size() == 1, "absorb: the weighted sum '{}' has {} outputs (expected 1)",
          edited.nodes[static_cast<size_t>(bank.reader)].name, values.columns[0].size());
    for (size_t kernel = 0; kernel < values.taps.size(); ++kernel) {
      double& weight = values.columns[kernel][0];
      for (double& tap : values.taps[kernel]) tap *= std::abs(weight);
      values.bias[kernel] *= std::abs(weight);
      weight = weight > 0 ? 1 : weight < 0 ? -1 : 0;
      report.stored_values += static_cast<int64_t>(values.taps[kernel].size()) + 1;
    }
    report.kernels += static_cast<int64_t>(values.taps.size());
    write_bank(edited, bank, values);
  }
  report.sign_bits = report.kernels;
  verify(edited);
  graph = std::move(edited);
  return report;
}

}  // namespace lathe
