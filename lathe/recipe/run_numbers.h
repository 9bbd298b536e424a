/// What a run keeps of its trainings and of the ledger: entries of metrics.json, and sentences. Measures nothing.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lathe/cost/ledger.h"
#include "lathe/train/fit.h"

namespace lathe {

nlohmann::json ledger_entry(const LedgerRow& row);
/// NaN where a metric was not defined, which JSON has as null.
double number_at(const nlohmann::json& row, const std::string& name);

nlohmann::json summary(const FitReport& report);
/// "30 epochs in 12s: loss 0.1234"
std::string sentence(const FitReport& report);

}  // namespace lathe
