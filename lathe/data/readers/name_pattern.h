/// What a file's name says about it: "{label}_{speaker}_{index}" takes "7_theo_12" apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

/// Parts in braces with fixed text between them. `{}` is a part that nobody asks for. A part is the shortest text up to
/// what follows it, never empty and never across a `/`; the last part does not hold the text before it again, so that a
/// name with more parts than the pattern does not match.
class NamePattern {
 public:
  /// @throws Error for braces that do not close, a part twice, or two parts with nothing between them
  explicit NamePattern(std::string_view text);

  const std::string& text() const { return text_; }
  const std::vector<std::string>& parts() const { return parts_; }
  /// How many folders the pattern looks at, besides the file's own name.
  int64_t folders() const;
  /// The parts' values in order, or nothing where the name does not match. `{}` is among them.
  std::optional<std::vector<std::string>> match(std::string_view name) const;
  /// The pattern with each part replaced by what `value` says of it.
  template <class Value>
  std::string filled(const Value& value) const {
    std::string text = between_[0];
    for (size_t i = 0; i < parts_.size(); ++i) text += value(parts_[i]) + between_[i + 1];
    return text;
  }

 private:
  std::string text_;
  std::vector<std::string> between_;  ///< fixed text, one more than parts
  std::vector<std::string> parts_;
};

/// True for text with a brace in it: a pattern rather than a file's name.
bool is_name_pattern(std::string_view text);

}  // namespace lathe
