# Finds LibTorch and makes torch::cpu (and torch::cuda where the build has it).
# Looks in TORCH_ROOT, then the virtual environment .venv, then CMAKE_PREFIX_PATH: a pip wheel, a LibTorch zip and a conda
# package all hold lib/ and include/. Own imported targets instead of find_package(Torch): no junk run paths.
set(lathe_torch_hints "")
if(TORCH_ROOT)
  list(APPEND lathe_torch_hints ${TORCH_ROOT})
elseif(DEFINED ENV{TORCH_ROOT} AND NOT "$ENV{TORCH_ROOT}" STREQUAL "")
  list(APPEND lathe_torch_hints $ENV{TORCH_ROOT})
else()
  file(GLOB lathe_torch_venv ${CMAKE_CURRENT_LIST_DIR}/../.venv/lib/python3*/site-packages/torch)
  list(APPEND lathe_torch_hints ${lathe_torch_venv})
endif()

find_path(LATHE_TORCH_INCLUDE ATen/core/Tensor.h HINTS ${lathe_torch_hints} PATH_SUFFIXES include)
find_library(LATHE_TORCH_CPU torch_cpu HINTS ${lathe_torch_hints} PATH_SUFFIXES lib)
find_library(LATHE_TORCH_C10 c10 HINTS ${lathe_torch_hints} PATH_SUFFIXES lib)
find_library(LATHE_TORCH_CUDA torch_cuda HINTS ${lathe_torch_hints} PATH_SUFFIXES lib)
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
