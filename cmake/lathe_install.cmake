# `cmake --install`: the program, the headers, one static library a folder, and find_package(lathe).
# Also the targets `programs` (what `make build` builds) and lathe::lathe (all folders but the command line).
include(CMakePackageConfigHelpers)
get_property(folders GLOBAL PROPERTY LATHE_FOLDERS)
list(REMOVE_ITEM folders lathe_cli)

add_library(lathe_all INTERFACE)
add_library(lathe::lathe ALIAS lathe_all)
set_target_properties(lathe_all PROPERTIES EXPORT_NAME lathe)
target_link_libraries(lathe_all INTERFACE ${folders})
add_custom_target(programs DEPENDS ${folders})

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/lathe)
if(TARGET lathe-core)  # the launcher looks for it in ../libexec/lathe, as in the build folder
  add_dependencies(programs lathe lathe-core)
  # The run path to LibTorch stays: LibTorch itself is not installed along. INSTALL_RPATH_USE_LINK_PATH would do for any
  # LibTorch but the one in .venv: it leaves out folders inside the source folder.
  cmake_path(GET LATHE_TORCH_CPU PARENT_PATH lathe_torch_lib)
  set_target_properties(lathe-core PROPERTIES INSTALL_RPATH "${lathe_torch_lib}")
  install(TARGETS lathe RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(TARGETS lathe-core RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/lathe)
endif()
install(TARGETS lathe_all ${folders} EXPORT lathe ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT lathe FILE lathe-targets.cmake NAMESPACE lathe:: DESTINATION ${package_folder})
install(DIRECTORY lathe/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lathe FILES_MATCHING PATTERN "*.h"
  PATTERN cli EXCLUDE PATTERN assets EXCLUDE PATTERN steps EXCLUDE)

cmake_path(GET LATHE_TORCH_INCLUDE PARENT_PATH LATHE_BUILT_WITH_TORCH)
configure_package_config_file(cmake/lathe-config.cmake.in lathe-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(lathe-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lathe-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/lathe-config-version.cmake
  cmake/lathe_torch.cmake cmake/lathe_fmt.cmake cmake/lathe_sndfile.cmake DESTINATION ${package_folder})
