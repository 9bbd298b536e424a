/// bin/lathe: answers --help and --version at once, from texts that the build took from the program itself, and hands
/// everything else to libexec/lathe/lathe-core. Loading LibTorch takes a third of a second; help should not.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "help_texts.h"  // generated: kHelp[] = {{"", "…"}, {"run", "…"}, …}, kVersionText

int main(int argc, char** argv) {
  std::string verb;
  bool help = argc == 1;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") break;
    if (word == "--help" || word == "-h") help = true;
    if (word == "--version" && i == 1) {
      std::fputs(kVersionText, stdout);
      return 0;
    }
    if (i == 1 && word[0] != '-') verb = word;
  }
  if (help)
    for (const auto& text : kHelp)
      if (verb == text.verb) {
        std::fputs(text.text, argc == 1 ? stderr : stdout);
        return argc == 1 ? 2 : 0;
      }
  std::error_code error;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string core = (here.parent_path().parent_path() / "libexec" / "lathe" / "lathe-core").string();
  ::execv(core.c_str(), argv);
  std::fprintf(stderr, "lathe: %s cannot be started (%s); is lathe installed whole?\n", core.c_str(), std::strerror(errno));
  return 1;
}
