# Finds LibTorch and makes torch::cpu (and torch::cuda where the build has it).
# Looks in TORCH_ROOT, then the virtual environment .venv, then CMAKE_PREFIX_PATH: a pip wheel, a LibTorch zip and a conda
# package all hold lib/ and include/. Own imported targets instead of find_package(Torch): no junk run paths.
if(NOT TORCH_ROOT AND NOT "$ENV{TORCH_ROOT}" STREQUAL "")
  set(TORCH_ROOT $ENV{TORCH_ROOT})
endif()
set(lathe_torch_hints ${TORCH_ROOT})
if(NOT TORCH_ROOT AND LATHE_BUILT_WITH_TORCH)  # an installed lathe remembers its LibTorch (lathe-config.cmake)
  set(lathe_torch_hints ${LATHE_BUILT_WITH_TORCH})
elseif(NOT TORCH_ROOT)
  file(GLOB lathe_torch_hints ${CMAKE_CURRENT_LIST_DIR}/../.venv/lib/python3*/site-packages/torch)
endif()

# CMake keeps what it once found: another LibTorch than last time is looked for anew.
if(NOT "${LATHE_TORCH_LOOKED_IN}" STREQUAL "${lathe_torch_hints}")
  foreach(found INCLUDE CPU C10 CUDA)
    unset(LATHE_TORCH_${found} CACHE)
  endforeach()
  set(LATHE_TORCH_LOOKED_IN "${lathe_torch_hints}" CACHE INTERNAL "Where LibTorch was looked for")
endif()
find_library(LATHE_TORCH_CPU torch_cpu PATHS ${lathe_torch_hints} PATH_SUFFIXES lib NO_DEFAULT_PATH)
if(NOT TORCH_ROOT)
  find_library(LATHE_TORCH_CPU torch_cpu PATH_SUFFIXES lib)
endif()
# All else from the same folder: the headers of one LibTorch must not meet the libraries of another.
cmake_path(GET LATHE_TORCH_CPU PARENT_PATH lathe_torch_lib)
find_library(LATHE_TORCH_C10 c10 PATHS ${lathe_torch_lib} NO_DEFAULT_PATH)
find_library(LATHE_TORCH_CUDA torch_cuda PATHS ${lathe_torch_lib} NO_DEFAULT_PATH)
find_path(LATHE_TORCH_INCLUDE ATen/core/Tensor.h PATHS ${lathe_torch_lib}/../include ${lathe_torch_lib}/../../include
  NO_DEFAULT_PATH)
mark_as_advanced(LATHE_TORCH_INCLUDE LATHE_TORCH_CPU LATHE_TORCH_C10 LATHE_TORCH_CUDA)
if(NOT LATHE_TORCH_INCLUDE OR NOT LATHE_TORCH_CPU OR NOT LATHE_TORCH_C10)
  message(FATAL_ERROR "LibTorch was not found (looked in: ${lathe_torch_hints}). "
    "Run 'make setup' to install it into .venv, or give the folder that holds its lib/ and include/: -DTORCH_ROOT=DIR")
endif()

if(NOT TARGET torch::cpu)
  add_library(torch::c10 SHARED IMPORTED GLOBAL)
  set_target_properties(torch::c10 PROPERTIES IMPORTED_LOCATION ${LATHE_TORCH_C10}
    INTERFACE_INCLUDE_DIRECTORIES ${LATHE_TORCH_INCLUDE})
  add_library(torch::cpu SHARED IMPORTED GLOBAL)
  set_target_properties(torch::cpu PROPERTIES IMPORTED_LOCATION ${LATHE_TORCH_CPU}
    INTERFACE_LINK_LIBRARIES torch::c10
    INTERFACE_INCLUDE_DIRECTORIES "${LATHE_TORCH_INCLUDE};${LATHE_TORCH_INCLUDE}/torch/csrc/api/include"
    INTERFACE_COMPILE_DEFINITIONS "USE_DISTRIBUTED;USE_C10D_GLOO")
  if(LATHE_TORCH_CUDA)  # registers its kernels when loaded: nothing names its symbols, so keep it by force
    target_link_libraries(torch::cpu INTERFACE "-Wl,--no-as-needed,${LATHE_TORCH_CUDA},--as-needed")
  endif()
endif()
