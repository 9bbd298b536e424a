# lathe::sndfile: libsndfile, whose Debian package brings no description for CMake.
if(NOT TARGET lathe::sndfile)
  find_path(LATHE_SNDFILE_INCLUDE sndfile.h)
  find_library(LATHE_SNDFILE sndfile)
  mark_as_advanced(LATHE_SNDFILE_INCLUDE LATHE_SNDFILE)
  if(NOT LATHE_SNDFILE OR NOT LATHE_SNDFILE_INCLUDE)
    message(FATAL_ERROR "libsndfile was not found; run 'make setup' (Debian: libsndfile1-dev)")
  endif()
  add_library(lathe::sndfile UNKNOWN IMPORTED GLOBAL)
  set_target_properties(lathe::sndfile PROPERTIES IMPORTED_LOCATION ${LATHE_SNDFILE}
    INTERFACE_INCLUDE_DIRECTORIES ${LATHE_SNDFILE_INCLUDE})
endif()
