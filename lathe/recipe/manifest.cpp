#include "lathe/recipe/manifest.h"

#include <ATen/Parallel.h>
#include <sys/utsname.h>
#include <torch/version.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lathe/base/version.h"

namespace lathe {
namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&time));
  return text;
}

}  // namespace

nlohmann::json manifest(const std::string& command, uint64_t seed, const std::string& device,
                        const std::map<std::string, std::string>& data_hashes) {
  utsname system{};
  ::uname(&system);
  return {{"lathe", kVersion},
          {"libtorch", TORCH_VERSION},
          {"started", now()},
          {"command", command},
          {"seed", seed},
          {"device", device},
          {"threads", at::get_num_threads()},
          {"machine", {{"system", std::string(system.sysname) + " " + system.machine}, {"processor", processor()}}},
          {"data", data_hashes}};
}

}  // namespace lathe
