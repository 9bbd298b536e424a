/// lathe bench MODEL
#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cost/cost.h"
#include "lathe/exec/latency.h"

namespace lathe {

namespace {

struct BenchVerb {
  std::string model, input;
  int64_t batch = 32;
  int threads = 0;
  double seconds = 1;
};

std::string duration(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.1f} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.2f} ms", seconds * 1e3) : fmt::format("{:.2f} s", seconds);
}

std::string rate(double per_second) {
  if (per_second >= 1e9) return fmt::format("{:.2f} G", per_second / 1e9);
  return per_second >= 1e6 ? fmt::format("{:.2f} M", per_second / 1e6) : fmt::format("{:.0f}", per_second);
}

/// Windows, or MACs, in a second.
double per_second(double count, const Latency& found) {
  return count * static_cast<double>(found.batch) / found.median_seconds;
}

std::string table(const std::vector<Latency>& rows, const Cost& total, int64_t peak_bytes) {
  std::string text = fmt::format("{:>6} {:>8} {:>6} {:>12} {:>12} {:>12} {:>12} {:>10}\n", "batch", "threads", "runs",
                                 "median", "10th", "90th", "windows/s", "MACs/s");
  for (const Latency& row : rows)
    text += fmt::format("{:>6} {:>8} {:>6} {:>12} {:>12} {:>12} {:>12} {:>10}\n", row.batch, row.threads, row.runs,
                        duration(row.median_seconds), duration(row.tenth_seconds), duration(row.ninetieth_seconds),
                        rate(per_second(1, row)), rate(per_second(static_cast<double>(total.macs), row)));
  return text +
         fmt::format(
             "\nMACs         {} (conv and linear sums, one window)\npeak memory  {} (the whole program, LibTorch "
             "included)\n",
             with_commas(total.macs), human_bytes(peak_bytes));
}

nlohmann::json object(const std::vector<Latency>& rows, const Cost& total, int64_t peak_bytes) {
  nlohmann::json list = nlohmann::json::array();
  for (const Latency& row : rows)
    list.push_back({{"batch", row.batch},
                    {"threads", row.threads},
                    {"runs", row.runs},
                    {"median_seconds", row.median_seconds},
                    {"tenth_seconds", row.tenth_seconds},
                    {"ninetieth_seconds", row.ninetieth_seconds},
                    {"windows_per_second", per_second(1, row)},
                    {"macs_per_second", per_second(static_cast<double>(total.macs), row)}});
  return {{"latency", list}, {"macs", total.macs}, {"peak_process_bytes", peak_bytes}};
}

}  // namespace

Work declare_bench(CLI::App& app) {
  auto verb = std::make_shared<BenchVerb>();
  declare_model(app, "MODEL", verb->model);
  declare_input(app, verb->input);
  app.add_option("--batch", verb->batch, "windows at once, measured beside one at a time (default: 32)")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--threads", verb->threads, "most threads (default: all cores); one thread is measured too")
      ->check(CLI::Range(0, 4096));
  app.add_option("--seconds", verb->seconds, "measure each row for at least so long, and 30 runs (default: 1)")
      ->check(CLI::Range(0.0, 3600.0));
  app.footer(
      "Median and spread of whole runs on noise, on the CPU, after a warm-up; a tenth of the runs is quicker than the "
      "10th\n"
      "percentile, a tenth slower than the 90th. Nothing else should run beside it. Runs of seconds end after 10 s or "
      "three of them.");
  return [verb](const Output& output) {
    const Model model = open_model(verb->model);
    const Cost total = cost(model.graph, input_shapes(verb->input, 1));
    LatencyOptions options{.inputs = input_shapes(verb->input, 0), .least_seconds = verb->seconds};
    options.most_seconds = std::max(options.most_seconds, verb->seconds);
    const int most = verb->threads > 0 ? verb->threads : at::get_num_threads();
    std::vector<Latency> rows;
    for (const int64_t batch : std::set<int64_t>{1, verb->batch})
      for (const int threads : std::set<int>{1, most}) {
        options.batch = batch;
        options.threads = threads;
        rows.push_back(latency(model.graph, options));
      }
    const int64_t peak_bytes = peak_process_bytes();
    output.result(table(rows, total, peak_bytes), object(rows, total, peak_bytes));
  };
}

}  // namespace lathe
