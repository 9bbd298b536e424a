#include "lathe/report/explain.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/exec/run.h"
#include "lathe/formats/preprocess.h"
#include "lathe/report/beside_kernels.h"
#include "lathe/report/contributions.h"
#include "lathe/rewrite/bank_values.h"

namespace lathe {
using nlohmann::json;

namespace {

/// Five digits are more than a plot shows, and a third of the bytes.
std::vector<double> values_of(const Tensor& row) {
  const Tensor flat = row.detach().to(at::kCPU, at::kFloat).contiguous().flatten();
  std::vector<double> values;
  for (int64_t i = 0; i < flat.numel(); ++i)
    values.push_back(std::strtod(fmt::format("{:.5g}", flat.const_data_ptr<float>()[i]).c_str(), nullptr));
  return values;
}

/// [C, H, W] as pixels from 0 to 255, at most so many on a side: bytes as they are, other numbers from least to most.
/// More than three channels are shown by their first; features with their lowest band below.
json picture(const Tensor& row, bool features) {
  constexpr int64_t most_pixels = 160;
  const int64_t step = std::max<int64_t>(1, (std::max(row.size(1), row.size(2)) + most_pixels - 1) / most_pixels);
  Tensor pixels = row.size(0) == 3 ? row : row.narrow(0, 0, 1);
  pixels = pixels.slice(1, 0, std::nullopt, step).slice(2, 0, std::nullopt, step).to(at::kCPU, at::kFloat);
  if (row.scalar_type() != at::kByte) {
    const double least = pixels.min().item<double>(), range = pixels.max().item<double>() - least;
    pixels = pixels.sub(least).mul(range > 0 ? 255 / range : 0);
  }
  if (features) pixels = pixels.flip(1);
  const Tensor flat = pixels.permute({1, 2, 0}).contiguous().flatten();
  std::vector<int> values;
  for (int64_t i = 0; i < flat.numel(); ++i)
    values.push_back(static_cast<int>(std::lround(flat.const_data_ptr<float>()[i])));
  return {{"height", pixels.size(1)}, {"width", pixels.size(2)}, {"channels", pixels.size(0)}, {"values", values}};
}

std::vector<int64_t> spread(int64_t rows, int64_t wanted) {
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < std::min(rows, wanted); ++i)
    chosen.push_back((2 * i + 1) * rows / (2 * std::min(rows, wanted)));
  return chosen;
}

struct Kernel {
  std::string name;
  size_t bank, index;
  double importance = 0;
};

/// What kernel `index` of the bank adds over time for one window: column · activation, spread over the output's samples
/// ([T]) for a segmenter; for a classifier the column of the predicted class, divided by the samples that are averaged.
Tensor contribution(const Tensor& activation, const BankValues& bank, size_t index, int64_t output, bool averaged) {
  const Tensor trace = activation.select(0, static_cast<int64_t>(index)).to(at::kCPU);
  const double weight = bank.columns[index][static_cast<size_t>(output)];
  return trace.mul(averaged ? weight / static_cast<double>(trace.size(0)) : weight);
}

/// Shorter than the window where the convolution had no padding: the rest counts nothing.
std::vector<double> as_long_as(std::vector<double> values, size_t samples) {
  const size_t missing = samples > values.size() ? samples - values.size() : 0;
  values.insert(values.begin(), missing / 2, 0.0);
  values.resize(samples, 0.0);
  return values;
}

json kernel_section(const Graph& graph, const std::vector<KernelBank>& banks, const std::vector<BankValues>& values,
                    const std::vector<Kernel>& kernels, double rate_hz) {
  json list = json::array();
  for (const Kernel& kernel : kernels) {
    const BankValues& bank = values[kernel.bank];
    const std::vector<double>& column = bank.columns[kernel.index];
    json entry = {{"bank", kernel.bank + 1},
                  {"index", kernel.index},
                  {"node", graph.nodes[static_cast<size_t>(banks[kernel.bank].conv)].name},
                  {"taps", bank.taps[kernel.index]},
                  {"bias", bank.bias[kernel.index]},
                  {"importance", kernel.importance}};
    if (column.size() == 1) entry["mix"] = column[0];
    list.push_back(std::move(entry));
  }
  return {{"rate_hz", rate_hz}, {"importance", "mean |contribution|"}, {"list", list}};
}

}  // namespace

json explain(const Model& model, const Dataset& data, const Tensor& probabilities, const Tensor& smoothed,
             int64_t windows) {
  const at::NoGradGuard no_gradients;
  const std::vector<KernelBank> banks = kernel_banks(model.graph);
  const Preprocessing& preprocessing = model.preprocessing;
  const bool classes = preprocessing.task == "classification";
  std::vector<BankValues> values;
  std::vector<Kernel> kernels;
  RunOptions taps;
  for (size_t b = 0; b < banks.size(); ++b) {
    values.push_back(read_bank(model.graph, banks[b]));
    taps.taps.push_back(model.graph.nodes[static_cast<size_t>(banks[b].activation)].name);
    for (size_t i = 0; i < values[b].taps.size(); ++i) kernels.push_back({fmt::format("bank {} #{}", b + 1, i), b, i});
  }

  const std::optional<BesideKernels> beside = classes ? beside_kernels(model.graph, banks) : std::nullopt;
  if (beside) taps.taps.push_back(model.graph.nodes[static_cast<size_t>(beside->features)].name);
  double share_sum = 0;

  json shown = json::array();
  const std::vector<int64_t> rows = spread(data.rows(), windows);
  for (const int64_t row : rows) {
    const Tensor raw = data.inputs.narrow(0, row, 1);
    const bool pictures = raw.dim() == 4;
    const char* noun = !pictures ? "window" : data.features.empty() ? "image" : "recording";
    json window = {{"title", data.groups.empty()
                                 ? fmt::format("{} {}", noun, row)
                                 : fmt::format("{} {}, {}", noun, row, data.groups[static_cast<size_t>(row)])}};
    std::vector<double> signal;
    if (pictures) {
      window["picture"] = picture(raw[0], !data.features.empty());
    } else {
      signal = values_of(raw[0][0]);
      window["rate_hz"] = preprocessing.rate_hz > 0 ? preprocessing.rate_hz : 1;
      window["signal"] = signal;
      for (int64_t channel = 0; raw.size(1) > 1 && channel < raw.size(1); ++channel)
        window["channels"].push_back(values_of(raw[0][channel]));
    }
    int64_t output = 0;
    if (classes) {
      output = probabilities[row].argmax().item<int64_t>();
      const auto name = [&](int64_t which) {
        const auto at = static_cast<size_t>(which);
        return at < preprocessing.class_names.size() ? preprocessing.class_names[at] : std::to_string(which);
      };
      window["title"] =
          window["title"].get<std::string>() +
          fmt::format(": {} ({:.0f}% sure), truly {}", name(output), 100 * probabilities[row][output].item<double>(),
                      data.targets.defined() ? name(data.targets[row].item<int64_t>()) : "unknown");
    } else {
      window["probability"] = values_of(probabilities[row]);
      window["threshold"] = preprocessing.threshold;
      if (preprocessing.smooth_window > 0) window["smoothed"] = values_of(smoothed[row]);
      if (data.targets.defined()) window["label"] = values_of(data.targets[row]);
    }
    if (!banks.empty() && !pictures) {
      const Tensor device_input =
          inputs_of(preprocessing, data, row, 1)
              .to(model.graph.nodes[static_cast<size_t>(banks[0].conv)].params["weight"].device());
      const RunResult result = run(model.graph, {device_input}, taps);
      json traces = json::array();
      for (Kernel& kernel : kernels) {
        const Tensor trace =
            contribution(result.taps.at(taps.taps[kernel.bank])[0], values[kernel.bank], kernel.index, output, classes);
        kernel.importance += trace.abs().mean().item<double>() / static_cast<double>(rows.size());
        traces.push_back({{"kernel", kernel.name}, {"values", as_long_as(values_of(trace), signal.size())}});
      }
      window["contributions"] = largest_and_rest(traces);
      if (beside) {
        const double share = share_beside(model.graph, *beside, result.taps.at(taps.taps.back())[0], output);
        window["beside"] = {{"branch", beside->branch}, {"share", share}};
        share_sum += share;
      }
    }
    shown.push_back(std::move(window));
  }
  json sections = {{"windows", shown}};
  if (!banks.empty())
    sections["kernels"] =
        kernel_section(model.graph, banks, values, kernels, preprocessing.rate_hz > 0 ? preprocessing.rate_hz : 1);
  if (beside && !rows.empty())
    sections["kernels"]["beside"] = {{"branch", beside->branch},
                                     {"share", share_sum / static_cast<double>(rows.size())}};
  if (!classes && preprocessing.class_names.size() == 2)
    sections["meaning"] = {{"negative", preprocessing.class_names[0]}, {"positive", preprocessing.class_names[1]}};
  return sections;
}

}  // namespace lathe
