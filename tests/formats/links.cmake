target_link_libraries(${program} PRIVATE lathe_exec lathe_train)
