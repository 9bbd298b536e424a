target_link_libraries(${program} PRIVATE lathe_exec lathe_cost lathe_train nlohmann_json::nlohmann_json)
