target_link_libraries(${program} PRIVATE lathe_ops lathe_exec)
