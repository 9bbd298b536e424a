#include "lathe/recipe/run_numbers.h"

#include <cmath>

#include "lathe/base/text.h"

namespace lathe {

using nlohmann::json;

json ledger_entry(const LedgerRow& row) {
  json entry = {{"step", row.step},
                {"parameters", row.parameters},
                {"macs", row.macs},
                {"peak_ram_bytes", row.peak_ram_bytes},
                {"flash_bytes", row.flash_bytes}};
  for (const auto& [name, value] : row.metrics) entry[name] = std::isfinite(value) ? json(value) : json(nullptr);
  return entry;
}

/// NaN where a metric was not defined, which JSON has as null.
double number_at(const json& row, const std::string& name) {
  return row.at(name).is_number() ? row.at(name).get<double>() : std::nan("");
}

json summary(const FitReport& report) {
  json all = {{"epochs", report.epochs},
              {"seconds", report.seconds},
              {"epoch_seconds_median", report.epoch_seconds_median},
              {"loss", report.loss}};
  if (report.best_epoch > 0) all.update({{"best_epoch", report.best_epoch}, {"best_value", report.best_value}});
  return all;
}
std::string sentence(const FitReport& report) {
  return fmt::format("{} epochs in {}: loss {:.4f}{}", report.epochs, human_seconds(report.seconds), report.loss,
                     report.best_epoch > 0 ? fmt::format(" (best on validation rows: epoch {}, {:.4f})",
                                                         report.best_epoch, report.best_value)
                                           : "");
}

}  // namespace lathe
