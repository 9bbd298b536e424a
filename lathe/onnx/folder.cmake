# onnx.proto is compiled into the build folder. LibTorch's wheel brings headers of another protobuf, so nothing in this folder may
# see LibTorch, and nobody else sees what is generated here.
find_package(Protobuf REQUIRED)
set(onnx_generated ${CMAKE_CURRENT_BINARY_DIR}/onnx_generated/lathe/onnx)
file(MAKE_DIRECTORY ${onnx_generated})
add_custom_command(OUTPUT ${onnx_generated}/onnx.pb.cc ${onnx_generated}/onnx.pb.h
  COMMAND ${Protobuf_PROTOC_EXECUTABLE} --proto_path=${CMAKE_CURRENT_SOURCE_DIR}/onnx --cpp_out=${onnx_generated} onnx.proto
  DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/onnx/onnx.proto COMMENT "Compiling onnx.proto" VERBATIM)
target_sources(lathe_onnx PRIVATE ${onnx_generated}/onnx.pb.cc)
target_include_directories(lathe_onnx SYSTEM PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/onnx_generated ${Protobuf_INCLUDE_DIRS})
target_link_libraries(lathe_onnx PRIVATE ${Protobuf_LITE_LIBRARIES})
set_source_files_properties(${onnx_generated}/onnx.pb.cc PROPERTIES COMPILE_OPTIONS -w)
