/// Headless Chromium for tests: opens a page at a given width and says what the page's self-check and the console said.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "tests/support/support.h"

namespace lathe::test {

/// $CHROMIUM, else the first of the usual names on PATH.
inline std::optional<std::string> chromium() {
  if (const char* given = std::getenv("CHROMIUM"); given != nullptr) return given;
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path == nullptr ? "" : path, ':')) {
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
      if (std::filesystem::exists(std::filesystem::path(folder) / name)) return folder + "/" + name;
    }
  }
  return std::nullopt;
}

/// What one visit showed: the data-… attributes of <html>, without "data-", and the lines of the console.
struct Visit {
  std::map<std::string, std::string> page;
  std::vector<std::string> console;
  int exit_status = -1;

  std::string at(const std::string& name) const {
    const auto found = page.find(name);
    return found == page.end() ? "(not there)" : found->second;
  }
};

inline std::map<std::string, std::string> data_attributes(const std::string& document) {
  std::map<std::string, std::string> found;
  const size_t open = document.find("<html");
  const std::string tag = document.substr(open, document.find('>', open) - open);
  for (size_t at = tag.find("data-"); at != std::string::npos; at = tag.find("data-", at + 1)) {
    const size_t equals = tag.find("=\"", at), end = tag.find('"', equals + 2);
    if (equals == std::string::npos || end == std::string::npos) break;
    found[tag.substr(at + 5, equals - at - 5)] = tag.substr(equals + 2, end - equals - 2);
    at = end;
  }
  return found;
}

/// Opens `page` in a frame of the given width with every control used once.
inline Visit visit(const std::string& page, int width) {
  const ScratchFolder scratch;
  write_atomic(scratch / "report.html", page);
  std::filesystem::copy_file(source_folder() / "tests/report/browser/frame.html", scratch / "frame.html");
  const std::string command = fmt::format(
      "timeout 120 '{}' --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
      "--disable-background-networking "
      "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars "
      "--user-data-dir='{}/profile' "
      "--allow-file-access-from-files --window-size=1400,1000 --virtual-time-budget=20000 --enable-logging=stderr "
      "--dump-dom 'file://{}/frame.html#{}' > '{}/document' 2> '{}/console'",
      *chromium(), scratch.path().string(), scratch.path().string(), width, scratch.path().string(),
      scratch.path().string());
  const int status = std::system(command.c_str());
  Visit seen;
  seen.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  seen.page = data_attributes(read_text(scratch / "document"));
  for (const std::string& line : split(read_text(scratch / "console"), '\n')) {
    if (line.find("CONSOLE") != std::string::npos) seen.console.push_back(line);
  }
  return seen;
}

}  // namespace lathe::test

/// Ends the test as skipped, with the reason, where there is no browser.
#define LATHE_NEEDS_CHROMIUM()  \
  if (!lathe::test::chromium()) \
  GTEST_SKIP() << "needs a browser: install the Debian package 'chromium', or set CHROMIUM to the program"
