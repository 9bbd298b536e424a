/// The table of the report: what every edit did to size and quality, a row a step.
#pragma once

#include <map>
#include <string>

#include "lathe/graph/graph.h"

namespace lathe {

struct LedgerRow {
  std::string step;
  int64_t parameters = 0;
  int64_t macs = 0;
  int64_t peak_ram_bytes = 0;
  int64_t flash_bytes = 0;                ///< weights and buffers as stored
  std::map<std::string, double> metrics;  ///< measured after the step; may be empty
};

LedgerRow ledger_row(std::string step, const Graph& graph, std::map<std::string, double> metrics = {});

}  // namespace lathe
