#include "lathe/recipe/sweep.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "lathe/base/files.h"
#include "lathe/base/text.h"

extern char** environ;

namespace lathe {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// Starts one run with its output in log.txt.
pid_t start(const SweepCell& cell, const SweepOptions& options, const fs::path& folder) {
  std::vector<std::string> words = options.command;
  for (const std::string& assignment : cell.assignments) words.insert(words.end(), {"--set", assignment});
  words.insert(words.end(), {"--seed", std::to_string(options.seed + static_cast<uint64_t>(cell.repeat)), "--out",
                             folder.string(), "--resume"});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  const std::string log = (folder / "log.txt").string();
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = 0;
  posix_spawnattr_t attributes;  // a process group of its own: Ctrl-C reaches it through the sweep, once
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  const int failed = ::posix_spawn(&process, arguments[0], &actions, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  check(failed == 0, "sweep: {} cannot be started", words[0]);
  return process;
}

std::string last_line(const fs::path& path) {
  std::string last;
  if (fs::exists(path))
    for (const std::string& line : split(read_text(path), '\n'))
      if (!trim(line).empty()) last = line;
  return last;
}

/// Why a cell did not end well, with the exit code that its run had.
Error failure(const SweepCell& cell, int status, const fs::path& folder) {
  if (WIFSIGNALED(status))
    return Error(fmt::format("sweep: cell '{}' was ended by signal {} (see {})", cell.name, WTERMSIG(status),
                             (folder / "log.txt").string()),
                 ExitCode::bug);
  std::string reason = last_line(folder / "log.txt");
  if (reason.rfind("lathe: ", 0) == 0) reason = reason.substr(7);
  return Error(fmt::format("sweep: cell '{}' failed: {}", cell.name, reason),
               static_cast<ExitCode>(WEXITSTATUS(status)));
}

struct Moments {
  std::vector<double> values;
  json text() const {
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    const double deviation = values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0;
    return {{"mean", mean}, {"std", deviation}, {"count", values.size()}};
  }
};

json gather(const std::vector<SweepCell>& cells, const fs::path& out) {
  json rows = json::array();
  std::map<std::string, size_t> place;
  std::vector<std::map<std::string, std::map<std::string, Moments>>> sums;
  std::vector<std::map<std::string, Moments>> costs;
  for (const SweepCell& cell : cells) {
    const fs::path file = out / "cells" / cell.name / "metrics.json";
    if (!fs::exists(file)) continue;
    const json metrics = json::parse(read_text(file));
    const auto [found, fresh] = place.try_emplace(join(cell.assignments, " "), rows.size());
    if (fresh) {
      rows.push_back({{"settings", cell.assignments}, {"primary", metrics.value("primary", "")}});
      sums.emplace_back();
      costs.emplace_back();
    }
    for (const char* what : {"parameters", "macs"}) costs[found->second][what].values.push_back(metrics["model"][what]);
    costs[found->second]["seconds"].values.push_back(metrics["train"]["seconds"]);
    for (const auto& [set, values] : metrics["sets"].items())
      for (const auto& [name, value] : values.items())
        if (value.is_number()) sums[found->second][set][name].values.push_back(value);
  }
  for (size_t row = 0; row < rows.size(); ++row) {
    for (const auto& [what, moments] : costs[row]) rows[row][what] = moments.text()["mean"];
    for (const auto& [set, values] : sums[row])
      for (const auto& [name, moments] : values) rows[row]["metrics"][set][name] = moments.text();
  }
  return {{"rows", rows}};
}

/// A CSV cell: quotes inside are doubled.
std::string quoted(const std::string& text) {
  std::string cell = "\"";
  for (const char letter : text) cell += letter == '"' ? "\"\"" : std::string(1, letter);
  return cell + "\"";
}

std::string csv(const json& result) {
  std::string text = "settings,parameters,macs,seconds,set,metric,mean,std,count\n";
  for (const json& row : result["rows"]) {
    const json sets = row.value("metrics", json::object());  // named: items() refers to it
    for (const auto& [set, values] : sets.items())
      for (const auto& [name, moments] : values.items())
        text += fmt::format("{},{},{},{:.3f},{},{},{},{},{}\n",
                            quoted(join(row["settings"].get<std::vector<std::string>>(), " ")), row["parameters"].get<double>(),
                            row["macs"].get<double>(), row["seconds"].get<double>(), set, name,
                            moments["mean"].get<double>(), moments["std"].get<double>(), moments["count"].get<int>());
  }
  return text;
}

}  // namespace

json sweep(const std::vector<SweepCell>& cells, const SweepOptions& options) {
  make_folder(options.out);
  const fs::path settings = options.out / "settings.txt";
  check(!fs::exists(settings) || read_text(settings) == options.settings,
        "{}: was made with other settings than these (see its settings.txt); give another --out", options.out.string());
  write_atomic(settings, options.settings);
  const auto folder_of = [&](const SweepCell& cell) { return options.out / "cells" / cell.name; };
  std::vector<const SweepCell*> waiting;
  for (const SweepCell& cell : cells)
    if (!fs::exists(folder_of(cell) / "metrics.json")) waiting.push_back(&cell);
  const auto total = static_cast<int64_t>(cells.size());
  int64_t done = total - static_cast<int64_t>(waiting.size());
  std::map<pid_t, const SweepCell*> running;
  std::optional<Error> first_failure;
  const auto stopped = [&] { return options.stop_requested && options.stop_requested(); };

  for (size_t next = 0; next < waiting.size() || !running.empty();) {
    while (next < waiting.size() && static_cast<int>(running.size()) < options.jobs && !stopped()) {
      const SweepCell& cell = *waiting[next++];
      make_folder(folder_of(cell));
      running[start(cell, options, folder_of(cell))] = &cell;
      if (options.on_cell) options.on_cell(done, total, cell.name);
    }
    if (running.empty()) break;
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, 0);
    check(ended >= 0 || errno == EINTR, "sweep: lost its runs ({})", std::strerror(errno));
    if (ended < 0) {
      for (const auto& [process, cell] : running) ::kill(process, SIGINT);  // each writes its checkpoint
      continue;
    }
    const auto found = running.find(ended);
    if (found == running.end()) continue;
    const SweepCell& cell = *found->second;
    running.erase(found);
    if (status == 0) ++done;
    if (status != 0 && !first_failure) first_failure = failure(cell, status, folder_of(cell));
    if (options.on_cell) options.on_cell(done, total, cell.name);
  }
  const json result = gather(cells, options.out);
  write_atomic(options.out / "sweep.json", result.dump(2) + "\n");
  write_atomic(options.out / "sweep.csv", csv(result));
  if (stopped()) fail_as(ExitCode::interrupted, "sweep: stopped; run the same command again to go on");
  if (first_failure) throw *first_failure;
  return result;
}

std::string sweep_table(const json& result) {
  std::string text = fmt::format("{:<28}{:>12}{:>16}{:>10}  {}\n", "settings", "parameters", "MACs", "seconds", "mean ± std");
  for (const json& row : result["rows"]) {
    const std::string primary = row["primary"];
    std::vector<std::string> parts;
    const json sets = row.value("metrics", json::object());
    for (const auto& [set, values] : sets.items())
      if (values.contains(primary))
        parts.push_back(fmt::format("{} {} {:.4f} ± {:.4f} (n={})", set, primary, values[primary]["mean"].get<double>(),
                                    values[primary]["std"].get<double>(), values[primary]["count"].get<int>()));
    text += fmt::format("{:<28}{:>12}{:>16}{:>10.1f}  {}\n",
                        join(row["settings"].get<std::vector<std::string>>(), " "),
                        with_commas(static_cast<int64_t>(row["parameters"].get<double>())),
                        with_commas(static_cast<int64_t>(row["macs"].get<double>())), row["seconds"].get<double>(),
                        join(parts, "; "));
  }
  return text;
}

}  // namespace lathe
