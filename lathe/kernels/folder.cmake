# The inner loops: one source, compiled once for each instruction set and chosen at run time (simd.cpp).
set(portable_loops ${CMAKE_CURRENT_SOURCE_DIR}/kernels/direct_portable.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/fft_portable.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/coactivation_portable.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/sparse_portable.cpp)
set(avx2_loops ${CMAKE_CURRENT_SOURCE_DIR}/kernels/direct_avx2.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/fft_avx2.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/coactivation_avx2.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/sparse_avx2.cpp)
set(avx512_loops ${CMAKE_CURRENT_SOURCE_DIR}/kernels/direct_avx512.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/fft_avx512.cpp ${CMAKE_CURRENT_SOURCE_DIR}/kernels/sparse_avx512.cpp)
# Without signed zeros a sum with a constant zero is dropped: the transforms skip what is known to be zero.
set(loop_flags -O3 -ffp-contract=fast -fno-signed-zeros -fno-trapping-math -fno-math-errno)
set_source_files_properties(${portable_loops} PROPERTIES COMPILE_OPTIONS "${loop_flags}")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set_source_files_properties(${avx2_loops} PROPERTIES COMPILE_OPTIONS "${loop_flags};-mavx2;-mfma")
  set_source_files_properties(${avx512_loops} PROPERTIES COMPILE_OPTIONS
    "${loop_flags};-mavx2;-mfma;-mavx512f;-mavx512vl;-mavx512dq;-mavx512bw;-mprefer-vector-width=512")
  set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/kernels/coactivation_avx512.cpp PROPERTIES COMPILE_OPTIONS
    "${loop_flags};-mavx2;-mavx512f;-mavx512vl;-mavx512dq;-mavx512bw;-mavx512vpopcntdq;-mprefer-vector-width=512")
endif()
