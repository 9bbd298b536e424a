/// What a run was made of: versions, seed, machine, data hashes. For people and for `report`.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lathe {

nlohmann::json manifest(const std::string& command, uint64_t seed, const std::string& device,
                        const std::map<std::string, std::string>& data_hashes);

}  // namespace lathe
