#include "lathe/graph/attributes.h"

#include "lathe/base/errors.h"

namespace lathe {

template <class T>
const T& Attributes::typed(std::string_view name, std::string_view type) const {
  const auto found = values_.find(name);
  check(found != values_.end(), "attribute '{}' is missing (expected a {})", name, type);
  const T* value = std::get_if<T>(&found->second);
  check(value != nullptr, "attribute '{}' has another type (expected a {})", name, type);
  return *value;
}

int64_t Attributes::integer(std::string_view name) const { return typed<int64_t>(name, "whole number"); }
double Attributes::real(std::string_view name) const {
  const auto found = values_.find(name);
  if (found != values_.end())
    if (const int64_t* whole = std::get_if<int64_t>(&found->second)) return static_cast<double>(*whole);
  return typed<double>(name, "number");
}
bool Attributes::flag(std::string_view name) const { return typed<bool>(name, "true or false"); }
const std::string& Attributes::word(std::string_view name) const { return typed<std::string>(name, "word"); }
const std::vector<int64_t>& Attributes::list(std::string_view name) const {
  return typed<std::vector<int64_t>>(name, "list of whole numbers");
}

namespace {
struct ValueText {
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{:g}", value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<int64_t>& value) const {
    return fmt::format("[{}]", fmt::join(value, ", "));
  }
};
}  // namespace

std::string Attributes::text() const {
  std::string text;
  for (const auto& [name, value] : values_) {
    if (!text.empty()) text += ", ";
    text += name + "=" + std::visit(ValueText{}, value);
  }
  return text;
}

}  // namespace lathe
