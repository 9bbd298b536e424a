# lathe::fmt: the system's fmt, put in front of the copy that LibTorch's wheel brings in its own include folder. Two versions in
# one program do not mix, and header-only fmt costs every file three seconds.
find_package(fmt REQUIRED)
if(NOT TARGET lathe::fmt)
  find_path(LATHE_FMT_INCLUDE fmt/format.h HINTS ENV FMT_ROOT PATHS /usr/include NO_DEFAULT_PATH)
  if(NOT LATHE_FMT_INCLUDE)
    get_target_property(LATHE_FMT_INCLUDE fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  endif()
  set(lathe_fmt_first ${CMAKE_BINARY_DIR}/fmt_first)
  file(MAKE_DIRECTORY ${lathe_fmt_first})
  file(CREATE_LINK ${LATHE_FMT_INCLUDE}/fmt ${lathe_fmt_first}/fmt SYMBOLIC)
  add_library(lathe::fmt INTERFACE IMPORTED GLOBAL)
  # As an option, for include folders of imported targets become system folders, which are searched last.
  target_compile_options(lathe::fmt INTERFACE -I${lathe_fmt_first})
  target_link_libraries(lathe::fmt INTERFACE fmt::fmt)
endif()
