/// What a fuzz harness is: two functions that its file defines, and helpers for them. libFuzzer's entry points are in
/// harness.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::fuzz {

/// Defined by the harness: good inputs to begin with; `PROGRAM --seeds FOLDER` writes them.
std::vector<std::string> seeds();
/// Defined by the harness: reads the bytes. It may throw lathe::Error; anything else that leaves it is a finding.
void run(std::string_view bytes);

/// The contents of the files in a folder of the checkout whose names end so.
std::vector<std::string> files_in(const std::string& folder, std::string_view ending);

/// A file with these bytes, for readers that take a path; the next call overwrites it.
std::filesystem::path as_file(std::string_view bytes, const std::string& ending);

/// Ends the program, as a finding, unless `ok`.
void require(bool ok, const char* what);

}  // namespace lathe::fuzz
