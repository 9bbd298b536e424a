/// report.html: one self-contained page that opens offline, from one JSON object. Draws nothing itself: Chart.js, which
/// is embedded in the library, does, in the reader's browser.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lathe {

/// Fills the page with the report. Every key is optional, what is absent (or empty) is left out; NaN shows as "–".
///
///   title, subtitle   text
///   meaning           {positive, negative}: what label 1 and label 0 are called, e.g. "artifact" and "clean"
///   headline          [{label, value, hint?}]; a value is a number or text
///   history           columns of one length: epoch or step, NAME_loss…, learning_rate, validation_METRIC…; other
///   columns
///                     are not drawn; null where a validation was not made
///   trainings         [{title, columns}]: the same of teachers and steps
///   ledger            [{step, parameters, macs, peak_ram_bytes, flash_bytes, METRIC…}], compared with the first row
///   controls          {metric, set, seeds, arms: [{name, values[], mean, std, low, high, parameters, macs}],
///                      verdict: [sentence]}
///   folds             {metric, set, rows: [{name, train_rows, test_rows, metrics: {METRIC: value}}],
///                      across: {METRIC: {mean, std, low, high, corrected_low, corrected_high}},
///                      pooled: {METRIC: {value, low, high}},
///                      steps?: [{step, metrics: as across}]; each row then has steps: [{step, metrics}]}
///   groups            {metric, sets: {NAME: {rows: [{name, windows, samples, classes, METRIC: value}],
///                      across: {METRIC: {mean, std, groups: that have a value}}}}}
///   sets              {NAME: {METRIC: number or {value, low, high}, confusion?: {labels, counts[truth][predicted]}}}
///   kernels           {rate_hz, importance?: what the numbers are (axis title),
///                      list: [{bank, index, node?, taps[], bias?, mix?, importance, sign?}]}; bank is a number or a
///                     name such as "3 s"; sign defaults to that of mix, and without both the colour is neutral
///   windows           [{title, rate_hz, signal[], unit?, label[]?, probability[]?, smoothed[]?, threshold?,
///                      contributions?: [{kernel, values[]}]}], every array as long as signal; give all contributions:
///                     the page keeps the largest eight (by mean absolute value) and adds up the others
///                      or, where a row is a picture: {title, picture: {height, width, channels: 1 or 3,
///                     values[height × width × channels]: 0 to 255}}; the section is then called Images
///   notes             [sentence]
///   details           {KEY: value or nested object}
///
/// A new section is one entry in the table of assets/report.js; nothing here needs to change. Long arrays are rounded
/// to six digits. A key that the page does not know is named on the page.
/// @throws Error  when `report` is no object, or a window's arrays differ in length
std::string report_page(const nlohmann::json& report);

}  // namespace lathe
