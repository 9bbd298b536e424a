# The two programs: lathe-core, which does the work, and lathe, which starts it and answers --help without loading LibTorch.
get_target_property(cli_sources lathe_cli SOURCES)
list(FILTER cli_sources EXCLUDE REGEX "/launcher/")
set_target_properties(lathe_cli PROPERTIES SOURCES "${cli_sources}")

add_executable(lathe-core ${CMAKE_CURRENT_SOURCE_DIR}/cli/main.cpp)
target_link_libraries(lathe-core PRIVATE lathe_cli)
lathe_flags(lathe-core)
set_target_properties(lathe-core PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/libexec/lathe)

set(help_texts ${CMAKE_CURRENT_BINARY_DIR}/launcher/help_texts.h)
add_custom_command(OUTPUT ${help_texts}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/launcher
  COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_SOURCE_DIR}/cli/launcher/help_texts.cmake $<TARGET_FILE:lathe-core> ${help_texts}
  DEPENDS lathe-core ${CMAKE_CURRENT_SOURCE_DIR}/cli/launcher/help_texts.cmake
  COMMENT "Asking lathe for its help texts" VERBATIM)
add_executable(lathe ${CMAKE_CURRENT_SOURCE_DIR}/cli/launcher/main.cpp ${help_texts})
target_include_directories(lathe PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/launcher)
lathe_flags(lathe)
