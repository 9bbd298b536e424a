# made_files.h writes what the readers read.
target_link_libraries(${program} PRIVATE ZLIB::ZLIB PNG::PNG JPEG::JPEG lathe::sndfile)
