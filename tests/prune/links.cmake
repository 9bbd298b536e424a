target_link_libraries(${program} PRIVATE lathe_exec lathe_ops lathe_models lathe_formats nlohmann_json::nlohmann_json)
