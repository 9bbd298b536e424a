target_link_libraries(${program} PRIVATE lathe_formats PRIVATE nlohmann_json::nlohmann_json)
