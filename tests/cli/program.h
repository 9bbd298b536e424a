/// Starts the real program as a shell would, and keeps what it said.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lathe/base/files.h"
#include "tests/support/support.h"

extern char** environ;

namespace lathe::test {

/// A running lathe with its output in files below `folder`.
class Program {
 public:
  Program(std::vector<std::string> words, const std::filesystem::path& folder,
          const std::string& out_file = "stdout.txt")
      : out_(folder / out_file), error_(folder / "stderr.txt") {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    ::posix_spawn_file_actions_addopen(&actions, 1, out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::posix_spawn_file_actions_addopen(&actions, 2, error_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    EXPECT_EQ(::posix_spawnp(&process_, arguments[0], &actions, nullptr, arguments.data(), environ), 0) << words[0];
    ::posix_spawn_file_actions_destroy(&actions);
  }
  void signal(int number) const { ::kill(process_, number); }
  /// The exit code; -signal where one ended it.
  int wait() const {
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string out() const { return read_text(out_); }
  std::string error() const { return read_text(error_); }

 private:
  std::filesystem::path out_, error_;
  pid_t process_ = -1;
};

struct Outcome {
  int code = -1;
  std::string out, error;
  /// What stdout holds, which must be one JSON object and nothing else.
  nlohmann::json json() const {
    nlohmann::json parsed = nlohmann::json::parse(out, nullptr, false);
    EXPECT_TRUE(parsed.is_object()) << "no JSON object on stdout: " << out << error;
    return parsed;
  }
};

inline std::string program_path() {
  return (build_folder() / "bin" / "lathe").string();
}

/// Runs lathe to its end in `folder`.
inline Outcome lathe_in(const std::filesystem::path& folder, std::vector<std::string> words) {
  words.insert(words.begin(), program_path());
  const Program program(words, folder);
  const int code = program.wait();
  return {code, program.out(), program.error()};
}

/// The same where no file may grow past so many blocks of 512 or 1,024 bytes: a disk that is full.
inline Outcome lathe_on_full_disk(const std::filesystem::path& folder, int blocks, std::vector<std::string> words) {
  words.insert(words.begin(),
               {"/bin/sh", "-c", "ulimit -f " + std::to_string(blocks) + "; exec \"$@\"", "sh", program_path()});
  const Program program(words, folder);
  const int code = program.wait();
  return {code, program.out(), program.error()};
}

}  // namespace lathe::test
