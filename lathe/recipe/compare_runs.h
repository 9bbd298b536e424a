/// Two finished runs over the same folds, or over the same [controls] seeds, compared pair by pair. Runs nothing.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lathe {

struct ComparedRun {
  ComparedRun(std::filesystem::path where, std::string after = "") : folder(std::move(where)), step(std::move(after)) {}
  std::filesystem::path folder;
  std::string step;  ///< of a run over folds: what it had come to after the step of that title; empty: at its end
};

/// Two steps of one run can be compared, too.
/// @param metric  empty: the primary metric of both; after a step, one of [evaluate] ledger
/// @return {a, b, metric, over: "fold" | "seed", smaller_is_better, pairs: [{name, a, b, difference}], difference:
/// {mean, std, low, high, corrected_low, corrected_high}, wilcoxon: {statistic, p, exact, pairs, equal}, sentences:
/// [text]}; a difference is b - a; corrected intervals are given for folds (Nadeau & Bengio)
/// @throws Error when a folder holds no such run, or when names, test rows, data or metric are not the same,
/// or a step is not there
nlohmann::json compare_runs(const ComparedRun& a, const ComparedRun& b, const std::string& metric = "");

/// The same for people: a line a fold or seed, then the sentences.
std::string comparison_text(const nlohmann::json& comparison);

}  // namespace lathe
