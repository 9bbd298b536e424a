/// A made-up report with every section: 30 kernels in two banks, two windows, names that try to be markup.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace lathe::test {

inline nlohmann::json wave(size_t samples, double period, double height) {
  nlohmann::json values = nlohmann::json::array();
  for (size_t at = 0; at < samples; ++at)
    values.push_back(height * std::sin(6.283185307 * static_cast<double>(at) / period));
  return values;
}

inline nlohmann::json sample_kernels() {
  nlohmann::json list = nlohmann::json::array();
  for (int at = 0; at < 30; ++at) {
    const double mix = (at % 2 == 0 ? 1 : -1) * std::exp(-at / 9.0);
    list.push_back({{"bank", at < 15 ? "1.5 s" : "1 s"},
                    {"index", at % 15},
                    {"node", "banks"},
                    {"mix", mix},
                    {"taps", wave(at < 15 ? 96 : 64, 10 + at, 0.2)},
                    {"bias", 0.01},
                    {"importance", std::abs(mix)}});
  }
  return {{"rate_hz", 64}, {"list", list}};
}

inline nlohmann::json sample_window(const std::string& title) {
  nlohmann::json label = nlohmann::json::array(), contributions = nlohmann::json::array();
  for (int at = 0; at < 1920; ++at) label.push_back(at / 480 % 2);
  for (int at = 0; at < 12; ++at) {
    contributions.push_back(
        {{"kernel", "1 s #" + std::to_string(at)}, {"values", wave(1920, 100 + at, 1.0 / (1 + at))}});
  }
  nlohmann::json probability = wave(1920, 960, 0.5);
  for (nlohmann::json& value : probability) value = value.get<double>() + 0.5;
  return {{"title", title},          {"rate_hz", 64},    {"signal", wave(1920, 55, 1)},
          {"unit", "z-score"},       {"label", label},   {"probability", probability},
          {"smoothed", probability}, {"threshold", 0.5}, {"contributions", contributions}};
}

inline nlohmann::json sample_report() {
  nlohmann::json epochs = nlohmann::json::array(), losses = nlohmann::json::array(), dices = nlohmann::json::array();
  for (int epoch = 0; epoch < 200; ++epoch) {
    epochs.push_back(epoch);
    losses.push_back(0.3 + 0.4 * std::exp(-epoch / 30.0));
    dices.push_back(epoch % 10 == 0 ? nlohmann::json(0.8 - 0.4 * std::exp(-epoch / 30.0)) : nlohmann::json());
  }
  return {
      {"title", "a <b>bold</b> name</script><script>throw 1</script>"},
      {"subtitle",
       "lathe run recipes/a-recipe-with-a-long-name.toml --data /a/long/folder/without/any/spaces/in/its/name"},
      {"meaning", {{"positive", "artifact"}, {"negative", "clean"}}},
      {"headline",
       {{{"label", "DICE"}, {"value", 0.8485}, {"hint", "28 windows"}}, {{"label", "MACs"}, {"value", 16220160}}}},
      {"history", {{"epoch", epochs}, {"loss", losses}, {"learning_rate", losses}, {"validation_dice", dices}}},
      {"ledger",
       {{{"step", "train"}, {"parameters", 8592}, {"macs", 16220160}, {"peak_ram_bytes", 606720}, {"dice", 0.8485}},
        {{"step", "merge"}, {"parameters", 7840}, {"macs", 14796800}, {"peak_ram_bytes", 566720}, {"dice", 0.8461}}}},
      {"sets",
       {{"troika",
         {{"dice", {{"value", 0.8485}, {"low", 0.79}, {"high", 0.89}}},
          {"accuracy", 0.83},
          {"confusion", {{"labels", {"clean", "artifact"}}, {"counts", {{190, 48}, {41, 258}}}}}}}}},
      {"kernels", sample_kernels()},
      {"windows", {sample_window("window 3"), sample_window("window </select> 4")}},
      {"notes", {"A note with <i>markup</i>."}},
      {"details", {{"seed", 0}, {"versions", {{"lathe", "0.1.0"}}}}},
  };
}

}  // namespace lathe::test
