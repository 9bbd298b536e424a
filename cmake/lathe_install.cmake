# `cmake --install`: the program, the headers, one static library a folder, and find_package(lathe).
