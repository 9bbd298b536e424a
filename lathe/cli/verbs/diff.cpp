/// lathe diff A B
#include "lathe/exec/diff.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"

namespace lathe {

namespace {

struct DiffVerb {
  std::string a, b;
  double fail_above = -1;
};

std::string difference_text(const std::optional<TensorDifference>& found, const std::string& otherwise) {
  if (!found) return otherwise;
  if (found->absolute == 0) return "none";
  return fmt::format("{:.3g} relative, {:.3g} absolute, at '{}'", found->relative, found->absolute, found->name);
}

std::string text_of(const DiffVerb& verb, const GraphDiff& found) {
  std::string text;
  for (const std::string& name : found.only_in_a) text += fmt::format("only in {}: node '{}'\n", verb.a, name);
  for (const std::string& name : found.only_in_b) text += fmt::format("only in {}: node '{}'\n", verb.b, name);
  for (const std::string& sentence : found.changed) text += sentence + "\n";
  const std::string parameters = found.parameters_a == found.parameters_b
                                     ? with_commas(found.parameters_a) + " in both"
                                     : with_commas(found.parameters_a) + " became " + with_commas(found.parameters_b);
  return text +
         fmt::format("structure           {}\nparameters          {}\nweight difference   {}\noutput difference   {}\n",
                     found.same_structure() ? "the same" : "differs", parameters,
                     difference_text(found.weights, "no tensor has the same name and sizes in both"),
                     difference_text(found.outputs, "not compared: " + found.why_no_outputs));
}

nlohmann::json difference_object(const std::optional<TensorDifference>& found) {
  if (!found) return nullptr;
  return {{"relative", found->relative}, {"absolute", found->absolute}, {"name", found->name}};
}

nlohmann::json object_of(const GraphDiff& found) {
  return {{"identical", found.identical()},
          {"only_in_a", found.only_in_a},
          {"only_in_b", found.only_in_b},
          {"changed", found.changed},
          {"parameters", {{"a", found.parameters_a}, {"b", found.parameters_b}}},
          {"largest_weight_difference", difference_object(found.weights)},
          {"largest_output_difference", difference_object(found.outputs)},
          {"why_no_outputs", found.why_no_outputs}};
}

}  // namespace

Work declare_diff(CLI::App& app) {
  auto verb = std::make_shared<DiffVerb>();
  declare_model(app, "A", verb->a);
  declare_model(app, "B", verb->b);
  app.add_option("--fail-above", verb->fail_above,
                 "exit with 3 when outputs differ by more than this (relative), or cannot be compared")
      ->check(CLI::NonNegativeNumber);
  app.footer(
      "Layers are told by their names. Outputs are compared on the same noise, at inference; a difference is relative "
      "to the\n"
      "largest value. Without --fail-above the exit code is 0 whether they differ or not.");
  return [verb](const Output& output) {
    const Model a = open_model(verb->a), b = open_model(verb->b);
    const GraphDiff found = diff(a.graph, b.graph);
    output.result(text_of(*verb, found), object_of(found));
    if (verb->fail_above < 0) return;
    check(found.outputs.has_value(), "{} and {}: the outputs cannot be compared: {}", verb->a, verb->b,
          found.why_no_outputs);
    check(found.outputs->relative <= verb->fail_above,
          "{} and {}: the outputs differ by {:.3g} (expected at most {:g})", verb->a, verb->b, found.outputs->relative,
          verb->fail_above);
  };
}

}  // namespace lathe
