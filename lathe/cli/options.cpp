#include "lathe/cli/options.h"

#include <ATen/Parallel.h>

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>

#include "lathe/base/progress.h"
#include "lathe/base/text.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/data/readers/readers.h"
#include "lathe/recipe/clip_length.h"
#include "lathe/recipe/model_rate.h"
#include "lathe/recipe/toml.h"

namespace lathe {

void MachineOptions::declare(CLI::App& app) {
  app.add_option("--threads", threads, "threads to compute with (default: all cores)")->check(CLI::Range(1, 1024));
  app.add_option("--device", device, "cpu or cuda (default: cpu)")->check(CLI::IsMember({"cpu", "cuda"}));
}

void MachineOptions::apply() const {
  if (threads > 0) at::set_num_threads(threads);
}

void DataOptions::declare(CLI::App& app, bool labels) {
  needs_targets = labels;
  app.add_option("--inputs", inputs,
                 "windows [N, T] or [N, C, T], images, or one recording: a file or a folder (lathe list readers)")
      ->required();
  auto* file = app.add_option(
      "--targets", targets,
      "labels: 0/1 a sample [N, T], or a class a window [N]; of files: '{label}_{speaker}_{index}', or a "
      ".csv or .tsv that names them (default: what the inputs bring: class folders, CIFAR-10)");
  auto* column =
      app.add_option("--targets-column", targets_column, "column of --targets that holds the classes")->needs(file);
  app.add_option("--files-column", files_column,
                 "column of --targets that names the files, as they lie below --inputs (default: the first)")
      ->needs(column);
  app.add_option("--groups", groups,
                 "subject or recording of each window [N]; of files: '{speaker}', a part of names or a column");
  declare_reading(app);
  app.add_option("--rate", rate_hz, "samples a second")->check(CLI::PositiveNumber);
}

void DataOptions::declare_reading(CLI::App& app) {
  app.add_option("--columns", columns,
                 "columns of a .csv, .tsv or .txt of inputs: names or numbers from 1, with commas between");
  app.add_option("--layout", layout,
                 "axes of the inputs: NT, NCT, NTC, T, TC; of images NCHW, NHWC, NHW (default: by their number)")
      ->check(CLI::IsMember({"NT", "NCT", "NTC", "T", "TC", "NCHW", "NHWC", "NHW"}));
  app.add_option("--window", window_samples, "cut a recording into windows of this many samples")
      ->check(CLI::PositiveNumber);
  app.add_option("--clip-seconds", clip_seconds,
                 "length of recordings that come as files: longer ones are cut, shorter padded (default: the model's)")
      ->check(CLI::PositiveNumber);
  auto* window = app.get_option("--window");
  app.add_option("--stride", stride_samples, "samples from one window to the next (default: the window)")
      ->check(CLI::PositiveNumber)
      ->needs(window);
  app.add_option(
         "--reading", reading,
         "how recordings are read, as a recipe's [data] says it: --reading resample_hz=30, --reading unit=mg; may "
         "be given often")
      ->allow_extra_args(false);
  app.add_option("--missing", missing, "rows with NaN: refuse or drop (default: refuse)")
      ->check(CLI::IsMember({"refuse", "drop"}));
}

/// The last part of a path, also of a folder that is written with a slash behind it.
static std::string short_name(const std::string& path) {
  const std::filesystem::path whole(path);
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

/// A folder of files, a row each, or one such file; not an array of rows.
static bool is_set_of_files(const std::string& path) {
  const Reader* reader = reader_of(path);
  return reader == nullptr ? std::filesystem::is_directory(path) : reader->holds != Holds::rows;
}

/// What `data` is in one word, where that is known by its axes.
static const char* noun_of(size_t axes) {
  return axes == 3 ? "recordings" : axes == 4 ? "images" : "rows";
}

/// [N, 900, 3] for a model that takes three channels of 900 samples.
static void check_axes(const Shape& wanted, const Dataset& data, std::string_view layout) {
  const int64_t channels = data.inputs.size(1), samples = data.inputs.size(2);
  check(channels == wanted[1] || samples != wanted[1],
        "{}: has {} channels of {} samples (the model takes {} channels): its axes are swapped{}", data.name, channels,
        samples, wanted[1],
        layout == "TC"    ? ""
        : layout == "NTC" ? "; give --layout NCT"
                          : "; give --layout NTC");
}

/// Images for a model of recordings, or the other way round.
static void check_kind(const Model& model, const Dataset& data, std::string_view layout) {
  if (model.preprocessing.front_end.kind != "none") return;  // it says what it takes itself
  const Shape wanted = shapes(model.graph)[static_cast<size_t>(model.graph.inputs().at(0))];
  const auto axes = static_cast<size_t>(data.inputs.dim());
  const bool known = (axes == 3 || axes == 4) && (wanted.rank() == 3 || wanted.rank() == 4);
  const double rate_hz = model.preprocessing.rate_hz;
  check(!known || axes == wanted.rank(), "{}: holds {} [{}] (the model takes {} [{}]{})", data.name, noun_of(axes),
        fmt::join(data.inputs.sizes().slice(1).vec(), ", "), noun_of(wanted.rank()),
        fmt::join(wanted.sizes().begin() + 1, wanted.sizes().end(), ", "),
        rate_hz > 0 ? fmt::format(", {:g} samples a second", rate_hz) : "");
  if (known && axes == 3) check_axes(wanted, data, layout);
}

/// A path from the current folder; patterns of file names stay as they are.
static std::string located(const std::string& path) {
  return path.empty() || is_name_pattern(path) ? path : std::filesystem::absolute(path).string();
}

/// Keys of [data] that are given by name. Recordings come out at the model's rate.
void DataOptions::read_keys(const Model& model, DataSection& section) const {
  Settings settings("--reading");
  for (const std::string& assignment : reading) apply_assignment(settings, assignment, "--reading");
  section.recordings = recording_section(settings);
  section.times = located(settings.word("times", ""));
  section.exclude = settings.words("exclude", {{}});
  section.groups_column = settings.word("groups_column", "");
  section.corrupt = settings.word("corrupt", section.corrupt);
  const double given_hz = rate_hz > 0 ? rate_hz : settings.real("rate_hz", 0.0);
  settings.refuse_unknown();
  settings.set("inputs", inputs, "--inputs");  // what has no effect beside the other options is refused as in recipes
  if (!layout.empty()) settings.set("layout", layout, "--layout");
  if (!groups.empty()) settings.set("groups", groups, "--groups");
  if (window_samples > 0) settings.set("window_samples", window_samples, "--window");
  if (stride_samples > 0) settings.set("stride_samples", stride_samples, "--stride");
  refuse_unused(settings, unused_data_keys(settings));
  const bool cut = window_samples > 0 || section.recordings.window_seconds > 0;
  const double model_hz = model.preprocessing.rate_hz;
  const bool samples = std::filesystem::is_directory(inputs) || section.recordings.any() ||
                       (given_hz > 0 && model_hz > 0 && given_hz != model_hz);
  if (given_hz > 0) section.rate_hz = given_hz;
  if (!cut || !samples || holds_clips(inputs)) return;
  section.rate_hz = given_hz;
  if (section.recordings.resample_hz == 0) section.recordings.resample_hz = model_hz;
}

DataSection DataOptions::section_for(const Model& model) const {
  DataSection section;
  section.name = short_name(inputs);
  if (!targets.empty() && !is_name_pattern(targets)) section.name += " with " + short_name(targets);
  section.inputs = located(inputs);
  section.targets = located(targets);
  section.targets_column = targets_column;
  section.files_column = files_column;
  section.groups = located(groups);
  section.clip_seconds = clip_seconds;
  if (clip_seconds == 0 && holds_clips(inputs)) section.clip_samples = clip_samples_of(model);
  if (ignores_targets && is_set_of_files(inputs)) {
    section.targets = "{}";  // a pattern without a label: folders are no classes either
    section.groups = "{file}";
  }
  if (!columns.empty())
    for (const std::string& column : split(columns, ',')) section.columns.emplace_back(trim(column));
  section.layout = layout;
  section.window_samples = window_samples;
  section.stride_samples = stride_samples;
  section.rate_hz = rate_hz > 0 ? rate_hz : model.preprocessing.rate_hz;
  section.missing = missing;
  section.cleaning = model.preprocessing.cleaning;
  if (model.preprocessing.task == "classification") section.class_names = model.preprocessing.class_names;
  read_keys(model, section);
  return section;
}

Dataset DataOptions::load(const Model& model, const Output& output, std::map<std::string, std::string>* hashes) const {
  const DataSection section = section_for(model);
  const bool classification = model.preprocessing.task == "classification";
  LoadedData account;
  Accepted accepted = accept(load_all(section, "", classification, &account), missing_rule(missing));
  for (const std::string& note : account.notes) output.say(note);
  const auto changes_length = [](const std::string& note) { return note.find(" padded with zeros ") != note.npos; };
  if (section.clip_samples > 0 && std::any_of(account.notes.begin(), account.notes.end(), changes_length))
    output.say(
        fmt::format("{}: {} samples{} is the length that the model takes; --clip-seconds sets another", section.name,
                    section.clip_samples,
                    accepted.data.rate_hz > 0
                        ? fmt::format(" ({:g} s)", static_cast<double>(section.clip_samples) / accepted.data.rate_hz)
                        : ""));
  if (needs_targets && !accepted.data.targets.defined())
    fail_as(ExitCode::usage, "--inputs {}: brings no labels; give them with --targets", inputs);
  if (hashes != nullptr) *hashes = account.hashes;
  if (accepted.dropped > 0)
    output.say(fmt::format("{}: {} windows left out for missing values", section.name, accepted.dropped));
  accepted.data.name = short_name(inputs);  // results are about the inputs
  if (model.preprocessing.normalize == "none" && accepted.data.inputs.scalar_type() == at::kByte)
    output.say(
        fmt::format("{}: values are bytes, and the model takes them as they are (normalize = none); was it trained so? "
                    "Files of weights know nothing of it: lathe import … --normalize unit",
                    accepted.data.name));
  check_kind(model, accepted.data, layout);
  const double trained_hz = model.preprocessing.rate_hz, got_hz = accepted.data.rate_hz;
  check(trained_hz == 0 || got_hz == 0 || got_hz == trained_hz,
        "{}: has {:g} samples a second (the model was trained on {:g}); resample the recordings", accepted.data.name,
        got_hz, trained_hz);
  const auto mismatch = rate_mismatch(model.graph, accepted.data.rate_hz);
  check(!mismatch, "{}: has {:g} samples a second (the model's node '{}' expects {:g})", accepted.data.name,
        accepted.data.rate_hz, mismatch ? mismatch->node : "", mismatch ? mismatch->rate_hz : 0);
  return accepted.data;
}

std::string DataOptions::text() const {
  return fmt::format(
      "columns={} layout={} missing={} groups={} targets={} rate={} window={} stride={} clip={} reading=[{}]", columns,
      layout, missing, groups, targets_column.empty() ? targets : targets_column, rate_hz, window_samples,
      stride_samples, clip_seconds, join(reading));
}

std::vector<double> parse_reals(const std::string& text, const std::string& option) {
  std::vector<double> values;
  for (const std::string& part : split(text, ',')) {
    char* end = nullptr;
    values.push_back(std::strtod(part.c_str(), &end));
    if (part.empty() || *end != '\0')
      fail_as(ExitCode::usage, "{} {}: '{}' is not a number (expected numbers with commas between)", option, text,
              part);
  }
  return values;
}

std::vector<int64_t> parse_integers(const std::string& text, const std::string& option) {
  std::vector<int64_t> values;
  for (const std::string& part : split(text, ',')) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error == std::errc::result_out_of_range)
      fail_as(ExitCode::usage, "{} {}: {} is too large for a whole number", option, text, part);
    if (error != std::errc() || end != part.data() + part.size())
      fail_as(ExitCode::usage, "{} {}: '{}' is not a whole number (expected whole numbers with commas between)", option,
              text, part);
    values.push_back(value);
  }
  return values;
}

std::function<void(const std::string&, const StepReport&)> show_training() {
  struct Shown {
    std::string title;
    std::unique_ptr<ProgressLine> line;
  };
  return [shown = std::make_shared<Shown>()](const std::string& title, const StepReport& report) {
    if (shown->title != title || !shown->line) *shown = {title, std::make_unique<ProgressLine>(title, stderr)};
    shown->line->update(report.step, report.steps,
                        fmt::format("loss {:.4f}  lr {:.2g}  {:.0f} windows/s", report.loss, report.learning_rate,
                                    report.rows_per_second),
                        report.eta_seconds);
    if (report.step == report.steps) shown->line.reset();
  };
}

std::function<void(const std::string&, int64_t, int64_t)> show_rows() {
  using Clock = std::chrono::steady_clock;
  struct Shown {
    std::unique_ptr<ProgressLine> line;
    Clock::time_point start;
  };
  return [shown = std::make_shared<Shown>()](const std::string& title, int64_t done, int64_t total) {
    if (!shown->line) *shown = {std::make_unique<ProgressLine>(title, stderr), Clock::now()};
    const double seconds = std::chrono::duration<double>(Clock::now() - shown->start).count();
    shown->line->update(done, total, fmt::format("{} of {} rows", with_commas(done), with_commas(total)),
                        seconds / static_cast<double>(done) * static_cast<double>(total - done));
    if (done == total) shown->line.reset();
  };
}

static volatile std::sig_atomic_t stop_asked = 0;

std::function<bool()> stop_on_signal() {
  struct sigaction action{};
  action.sa_handler = [](int) { stop_asked = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return [] { return stop_asked != 0; };
}

std::string unexpected_words(const CLI::App& app, const std::string& sentence) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (const std::string& word : app.remaining(true)) {
    const std::string name = word.substr(0, word.find('='));
    if (name.rfind("--", 0) != 0) continue;
    const std::string near = closest(name, known);
    return fmt::format("unknown option '{}'", name) + (near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near));
  }
  return sentence;
}

void require_writable(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  check(fs::is_directory(folder), "{}: cannot be written (the folder '{}' is not there)", path, folder.string());
  check(::access(folder.c_str(), W_OK) == 0, "{}: cannot be written (no permission to write into '{}')", path,
        folder.string());
  check(!fs::is_directory(path), "{}: cannot be written (it is a folder)", path);
  // Files are renamed into place: that would put a plain file where a device was.
  check(!fs::exists(path) || fs::is_regular_file(path), "{}: cannot be written (it is no plain file)", path);
}

}  // namespace lathe
