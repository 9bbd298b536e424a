/// What an op is set to: named whole numbers, reals, flags, words and lists. Never sizes of tensors: those are read off
/// the tensors themselves. The same table is what a model file, ONNX and `print` show.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lathe {

class Attributes {
 public:
  using Value = std::variant<int64_t, double, bool, std::string, std::vector<int64_t>>;

  Attributes() = default;
  Attributes(std::initializer_list<std::pair<const std::string, Value>> values) : values_(values) {}

  /// The value of that name. @throws Error when it is missing or of another type.
  int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;  ///< also takes a whole number
  bool flag(std::string_view name) const;
  const std::string& word(std::string_view name) const;
  const std::vector<int64_t>& list(std::string_view name) const;

  void set(const std::string& name, Value value) { values_[name] = std::move(value); }
  const std::map<std::string, Value, std::less<>>& values() const { return values_; }
  /// "dilation=[1], padding=[2, 2]"
  std::string text() const;
  bool operator==(const Attributes&) const = default;

 private:
  template <class T>
  const T& typed(std::string_view name, std::string_view type) const;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace lathe
