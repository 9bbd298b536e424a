#include "lathe/cost/ledger.h"

#include "lathe/cost/cost.h"

namespace lathe {

LedgerRow ledger_row(std::string step, const Graph& graph, std::map<std::string, double> metrics) {
  const Cost total = cost(graph);
  return {std::move(step), total.parameters, total.macs, total.peak_ram_bytes, total.weight_bytes, std::move(metrics)};
}

}  // namespace lathe
