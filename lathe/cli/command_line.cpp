/// From argv to a verb and from an Error to an exit code.
#include <c10/util/Exception.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <new>
#include <nlohmann/json.hpp>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"
#include "lathe/base/version.h"
#include "lathe/cli/options.h"
#include "lathe/cli/verb.h"

namespace lathe {

void Output::result(const std::string& text, const nlohmann::json& object) const {
  if (json)
    std::cout << object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
  else
    std::cout << text << std::flush;
  check(std::cout.good(), "standard output: cannot be written ({})", std::strerror(errno));
}

void Output::say(const std::string& sentence) const {
  std::fprintf(stderr, "%s\n", sentence.c_str());
}

namespace {

int complain(const std::string& sentence, ExitCode code) {
  std::fflush(stdout);
  std::fprintf(stderr, "lathe: %s\n", sentence.c_str());
  return static_cast<int>(code);
}

std::string joined(int argc, char** argv) {
  std::string text = "lathe";
  for (int i = 1; i < argc; ++i) text += std::string(" ") + argv[i];
  return text;
}

/// A slip in the verb itself deserves more than "unexpected argument".
void refuse_unknown_verb(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-') verbs().at(argv[1]);
}

/// "nan" is within every range for whoever asks whether it is outside.
void refuse_nan(const CLI::App& verb) {
  for (const CLI::Option* option : verb.get_options()) {
    if (option->get_type_name().rfind("FLOAT", 0) != 0) continue;
    for (const std::string& text : option->results())
      if (std::isnan(std::strtod(text.c_str(), nullptr)))
        fail_as(ExitCode::usage, "{} {}: is no number; see 'lathe {} --help'", option->get_name(), text,
                verb.get_name());
  }
}

int parse_and_run(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--list-verbs") {  // for the build, which collects every verb's --help
    for (const Verb& verb : verbs()) std::printf("%s\n", std::string(verb.name).c_str());
    return 0;
  }
  refuse_unknown_verb(argc, argv);
  CLI::App app{"lathe turns neural networks down to size: train, merge, prune, measure, explain.", "lathe"};
  app.set_version_flag("--version", std::string("lathe ") + kVersion);
  app.require_subcommand(1);
  app.footer("Start with:  lathe run ppg-quality-demo\nEach verb teaches itself: lathe VERB --help");
  Output output;
  output.command = joined(argc, argv);
  std::map<CLI::App*, Work> work;
  for (const Verb& verb : verbs()) {
    CLI::App* below = app.add_subcommand(std::string(verb.name), std::string(verb.summary));
    below->add_flag("--json", output.json, "print the result as one JSON object on stdout");
    work[below] = verb.declare(*below);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    const int code = app.exit(success);
    std::cout.flush();
    check(std::cout.good(), "standard output: cannot be written ({})", std::strerror(errno));
    return code;
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string verb = chosen.empty() ? "" : " " + chosen[0]->get_name();
    std::string sentence = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
      sentence = unexpected_words(chosen.empty() ? app : *chosen[0], sentence);
    if (argc == 1) sentence = "no verb is given";
    return complain(fmt::format("{}; see 'lathe{} --help'", sentence, verb), ExitCode::usage);
  }
  refuse_nan(*app.get_subcommands().at(0));
  work.at(app.get_subcommands().at(0))(output);
  return 0;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows past its limit is an error to report, not a reason to die
  try {
    return parse_and_run(argc, argv);
  } catch (const Error& error) {
    return complain(error.what(), error.code());
  } catch (const std::bad_alloc&) {
    return complain("out of memory; use a smaller batch or fewer kernels", ExitCode::bad_input);
  } catch (const c10::Error& error) {
    if (std::string(error.what_without_backtrace()).find("not enough memory") != std::string::npos)
      return complain("out of memory; use a smaller batch or fewer kernels", ExitCode::bad_input);
    return complain(std::string("a bug in lathe, please report it: ") + error.what_without_backtrace(), ExitCode::bug);
  } catch (const std::exception& error) {
    return complain(std::string("a bug in lathe, please report it: ") + error.what(), ExitCode::bug);
  }
}

}  // namespace lathe
