target_link_libraries(${program} PRIVATE lathe_models)
