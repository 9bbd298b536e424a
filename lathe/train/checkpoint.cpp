#include "lathe/train/checkpoint.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Generator.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <charconv>
#include <mutex>

#include "lathe/base/text.h"
#include "lathe/formats/safetensors.h"
#include "lathe/train/gradient.h"

namespace lathe {
namespace {

constexpr const char* kFormat = "lathe.checkpoint";
constexpr const char* kVersion = "2";
constexpr const char* kStartOver = "start over without --resume";
constexpr int64_t kHistoryColumns = 7;
constexpr std::string_view kOptimizer = "optimizer/", kRegularizer = "regularizer/", kCallback = "callback/",
                           kBest = "best/";

std::string parameter_key(const std::string& name) {
  return "parameters/" + name;
}
std::string optimizer_key(const std::string& name, const std::string& state) {
  return std::string(kOptimizer) + name + "/" + state;
}
std::string setting_key(const std::string& name) {
  return "setting." + name;
}

/// The numbers of a Progress by name, so that writing and reading cannot disagree. fmt's "{}" reads back exactly.
template <class Visit>
void each_number(Progress& progress, Visit visit) {
  visit("epoch", progress.epoch);
  visit("batch", progress.batch);
  visit("step", progress.step);
  visit("loss_sum", progress.loss_sum);
  visit("weight_sum", progress.weight_sum);
  visit("seconds", progress.seconds);
  visit("best_epoch", progress.best_epoch);
  visit("best_value", progress.best_value);
}

template <class Number>
Number number(std::string_view text, std::string_view what) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  check(error == std::errc() && end == text.data() + text.size(), "'{}' is '{}' (expected a number)", what, text);
  return value;
}

const std::string& note(const TensorFile& file, const std::string& name) {
  const auto found = file.metadata.find(name);
  check(found != file.metadata.end(), "has no '{}'", name);
  return found->second;
}

at::Tensor history_tensor(const std::vector<HistoryRow>& rows) {
  const at::Tensor table = at::empty({static_cast<int64_t>(rows.size()), kHistoryColumns}, at::kDouble);
  double* cell = table.mutable_data_ptr<double>();
  for (const HistoryRow& row : rows)
    for (const double value : {static_cast<double>(row.epoch), static_cast<double>(row.step), row.loss,
                               row.learning_rate, row.seconds, row.validation_loss, row.validation_metric})
      *cell++ = value;
  return table;
}

std::vector<HistoryRow> history_rows(const at::Tensor& table) {
  check(table.dim() == 2 && table.size(1) == kHistoryColumns && table.scalar_type() == at::kDouble,
        "'history' has another shape or type (expected {} columns of float64)", kHistoryColumns);
  std::vector<HistoryRow> rows;
  const double* cell = table.const_data_ptr<double>();
  for (int64_t i = 0; i < table.size(0); ++i, cell += kHistoryColumns) {
    for (const double count : {cell[0], cell[1]})
      check(count >= 0 && count <= 1e15, "row {} of 'history' has a count of {} (expected a whole number)", i + 1,
            count);
    rows.push_back(
        {static_cast<int64_t>(cell[0]), static_cast<int64_t>(cell[1]), cell[2], cell[3], cell[4], cell[5], cell[6]});
  }
  return rows;
}

const at::Tensor& tensor(const TensorFile& file, const std::string& name) {
  const at::Tensor* found = file.find(name);
  check(found != nullptr, "has no tensor '{}'", name);
  return *found;
}

void check_format(const TensorFile& file) {
  const auto found = file.metadata.find(kFormat);
  check(found != file.metadata.end(), "is no checkpoint of a training");
  check(found->second == kVersion, "is a checkpoint of version {} (expected {})", found->second, kVersion);
}

void check_settings(const TensorFile& file, const Fingerprint& settings) {
  std::vector<std::string> different;
  for (const auto& [name, now] : settings) {
    const auto found = file.metadata.find(setting_key(name));
    const std::string then = found == file.metadata.end() ? "not set" : found->second;
    if (then != now) different.push_back(fmt::format("{} (then {}, now {})", name, then, now));
  }
  for (const auto& [key, then] : file.metadata) {
    const auto is_it = [&key = key](const auto& setting) { return setting_key(setting.first) == key; };
    if (key.rfind(setting_key(""), 0) != 0 || std::any_of(settings.begin(), settings.end(), is_it)) continue;
    different.push_back(fmt::format("{} (then {}, now not set)", key.substr(setting_key("").size()), then));
  }
  check(different.empty(), "belongs to a training with other settings: {}", join(different));
}

void check_parameters(const TensorFile& file, const Graph& graph, std::string (*key)(const std::string& name)) {
  for (const ConstNamedParam& entry : named_params(graph)) {
    const at::Tensor& saved = tensor(file, key(entry.name));
    const at::Tensor& mine = entry.param->value;
    check(saved.sizes() == mine.sizes() && saved.scalar_type() == mine.scalar_type(),
          "'{}' is {} [{}] (expected {} [{}])", entry.name, c10::toString(saved.scalar_type()),
          fmt::join(saved.sizes(), ", "), c10::toString(mine.scalar_type()), fmt::join(mine.sizes(), ", "));
    check(!saved.is_floating_point() || saved.isfinite().all().item<bool>(), "'{}' holds NaN or infinity", entry.name);
  }
}

OptimizerState optimizer_state(const TensorFile& file, const Graph& graph) {
  OptimizerState state;
  for (const auto& [name, value] : file.tensors) {
    if (!name.starts_with(kOptimizer)) continue;
    const size_t slash = name.rfind('/');
    check(slash >= kOptimizer.size(), "has a tensor '{}' (expected {}PARAMETER/STATE)", name, kOptimizer);
    const std::string parameter = name.substr(kOptimizer.size(), slash - kOptimizer.size());
    // Counts of steps stay on the CPU, as the optimisers make them.
    state[parameter][name.substr(slash + 1)] = value.is_floating_point() ? value.to(device_of(graph)) : value;
  }
  return state;
}

Progress progress_of(const TensorFile& file) {
  Progress progress;
  each_number(progress, [&](const char* name, auto& value) {
    value = number<std::remove_reference_t<decltype(value)>>(note(file, name), name);
  });
  progress.finished = note(file, "finished") == "yes";
  if (const std::string& schedule = note(file, "schedule"); !schedule.empty())
    for (const std::string& value : split(schedule, ' '))
      progress.schedule.push_back(number<double>(value, "schedule"));
  progress.history = history_rows(tensor(file, "history"));
  for (const auto& [name, value] : file.tensors)
    for (const auto& [prefix, part] : {std::pair(kRegularizer, &progress.regularizer),
                                       std::pair(kCallback, &progress.callback), std::pair(kBest, &progress.best)})
      if (name.starts_with(prefix)) (*part)[name.substr(prefix.size())] = value;
  return progress;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Graph& graph, const Optimizer& optimizer,
                     const Progress& progress, const Fingerprint& settings) {
  TensorFile file;
  for (const ConstNamedParam& entry : named_params(graph))
    file.tensors.emplace_back(parameter_key(entry.name), entry.param->value);
  for (const auto& [name, states] : optimizer.state())
    for (const auto& [state, value] : states) file.tensors.emplace_back(optimizer_key(name, state), value);
  for (const auto& [name, value] : progress.regularizer)
    file.tensors.emplace_back(std::string(kRegularizer) + name, value);
  for (const auto& [name, value] : progress.callback) file.tensors.emplace_back(std::string(kCallback) + name, value);
  for (const auto& [name, value] : progress.best) file.tensors.emplace_back(std::string(kBest) + name, value);
  file.tensors.emplace_back("history", history_tensor(progress.history));
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  {
    const std::lock_guard<std::mutex> lock(generator.mutex());
    file.tensors.emplace_back("generator", generator.get_state());
  }
  Progress numbers = progress;
  each_number(numbers, [&](const char* name, const auto& value) { file.metadata[name] = fmt::format("{}", value); });
  file.metadata[kFormat] = kVersion;
  file.metadata["finished"] = progress.finished ? "yes" : "no";
  file.metadata["schedule"] = fmt::format("{}", fmt::join(progress.schedule, " "));
  for (const auto& [name, value] : settings) file.metadata[setting_key(name)] = value;
  write_safetensors(path, file);
}

Progress load_checkpoint(const std::filesystem::path& path, const CheckpointTarget& target,
                         const Fingerprint& settings) {
  Graph& graph = target.graph;
  const TensorFile file = [&] {
    try {
      return read_safetensors(path);
    } catch (const Error& error) {
      fail("{}; {}", error.what(), kStartOver);
    }
  }();
  // Everything is checked before the first byte of the graph is overwritten.
  Progress progress;
  OptimizerState state;
  at::Tensor random;
  try {
    check_format(file);
    check_settings(file, settings);
    check_parameters(file, graph, parameter_key);
    progress = progress_of(file);
    verify_progress(progress, target.extent);
    if (!progress.best.empty())
      check_parameters(file, graph, [](const std::string& name) { return std::string(kBest) + name; });
    state = optimizer_state(file, graph);
    verify_state(state, graph, target.optimizer, progress.step);
    target.schedule.load_state(progress.schedule);
    if (target.regularizer != nullptr) target.regularizer->load_state(progress.regularizer);
    if (target.callback != nullptr) target.callback->load_state(progress.callback);
    random = tensor(file, "generator");
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(random);
  } catch (const c10::Error&) {
    fail("{}: 'generator' is no state of LibTorch's CPU generator; {}", path.string(), kStartOver);
  } catch (const Error& error) {
    fail("{}: {}; {}", path.string(), error.what(), kStartOver);
  }
  const at::NoGradGuard no_gradients;
  for (const NamedParam& entry : named_params(graph)) entry.param->value.copy_(tensor(file, parameter_key(entry.name)));
  target.optimizer.load_state(std::move(state));
  return progress;
}

}  // namespace lathe
