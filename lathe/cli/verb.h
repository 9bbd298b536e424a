/// A verb of the command line: declares its options, then does its work. One file a verb in verbs/, one line in verbs.cpp.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "lathe/base/registry.h"

namespace CLI {
class App;
}

namespace lathe {

/// Where results go: text for people, or one JSON object with --json. Progress and remarks always go to stderr.
class Output {
 public:
  /// The result of the verb: `text` on stdout, or `object` with --json. Called once.
  void result(const std::string& text, const nlohmann::json& object) const;
  /// A remark on stderr.
  void say(const std::string& sentence) const;
  bool json = false;
  std::string command;  ///< as typed
};

using Work = std::function<void(const Output&)>;

struct Verb {
  std::string_view name;
  std::string_view summary;
  /// Declares options on the verb's own app; the work runs after parsing.
  Work (*declare)(CLI::App& app);
};

const Registry<Verb>& verbs();

/// Parses and runs; returns the exit code. Never throws.
int run_command_line(int argc, char** argv);

}  // namespace lathe
