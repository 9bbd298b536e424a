/// report.html of a run folder, from the files that stand in it.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace lathe {

/// Writes report.html from metrics and from the folder's manifest.json, history.csv and explain.json.
void write_report(const std::filesystem::path& folder, const nlohmann::json& metrics);

/// The same for a finished run. @return the report's path
/// @throws Error when the folder holds no finished run
std::filesystem::path write_report(const std::filesystem::path& folder);

}  // namespace lathe
