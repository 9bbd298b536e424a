/// What goes wrong, as sentences: `<where>: <what> (expected …, got …); <hint>`. Never prints, never exits.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace lathe {

/// What a program that ends in this error should return to the shell.
enum class ExitCode { ok = 0, bug = 1, usage = 2, bad_input = 3, unsupported = 4, budget = 5, interrupted = 130 };

/// The one exception of lathe. Its text is meant for the user as it stands.
class Error : public std::exception {
 public:
  explicit Error(std::string message, ExitCode code = ExitCode::bad_input)
      : message_(std::move(message)), code_(code) {}
  const char* what() const noexcept override { return message_.c_str(); }
  ExitCode code() const noexcept { return code_; }
  /// The same error with `where` in front: "where: message".
  Error within(std::string_view where) const { return Error(std::string(where) + ": " + message_, code_); }

 private:
  std::string message_;
  ExitCode code_;
};

/// Throws Error(bad_input) with the formatted sentence.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> sentence, Args&&... args) {
  throw Error(fmt::format(sentence, std::forward<Args>(args)...));
}

/// Throws Error with the given code and the formatted sentence.
template <class... Args>
[[noreturn]] void fail_as(ExitCode code, fmt::format_string<Args...> sentence, Args&&... args) {
  throw Error(fmt::format(sentence, std::forward<Args>(args)...), code);
}

/// For the user's input: throws Error(bad_input) with the formatted sentence unless `ok`.
template <class... Args>
void check(bool ok, fmt::format_string<Args...> sentence, Args&&... args) {
  if (!ok) throw Error(fmt::format(sentence, std::forward<Args>(args)...));
}

/// Runs `work` and puts `where` in front of any Error that leaves it.
template <class Work>
decltype(auto) within(std::string_view where, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const Error& error) {
    throw error.within(where);
  }
}

}  // namespace lathe
