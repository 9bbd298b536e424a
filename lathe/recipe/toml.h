/// TOML text to and from Settings. Knows no key.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/base/settings.h"

namespace lathe {

/// @throws Error "FILE:LINE: …" on bad TOML
Settings parse_toml(std::string_view text, const std::string& file);
Settings read_toml(const std::filesystem::path& path);

/// Applies "train.epochs=100" in place; the value is TOML, and plain text where it is no TOML ("model.name=x").
/// @param option  the flag it came from, for errors: "--set"
void apply_assignment(Settings& settings, const std::string& assignment, const std::string& option);
/// The value alone.
Settings::Value parse_value(const std::string& text, const std::string& origin);

/// The settings as TOML: plain keys first, then tables. Parsing it again gives the same settings.
std::string write_toml(const Settings& settings);
/// One value as TOML: `0.01`, `"adam"`, `[1, 2]`.
std::string write_value(const Settings::Value& value);

}  // namespace lathe
