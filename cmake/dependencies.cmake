# Everything from outside is found, never fetched. scripts/run installs what Debian and Ubuntu have.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
find_path(STB_INCLUDE stb/stb_image_write.h REQUIRED)

# LibTorch: Debian's by default; CMAKE_PREFIX_PATH=<venv>/…/torch chooses another (docs/building.md).
# With Debian's package installed as well, find_library would mix the two, so the libraries beside the
# chosen TorchConfig.cmake win.
find_package(Torch REQUIRED)
add_library(tengen_torch INTERFACE)
target_link_libraries(tengen_torch INTERFACE ${TORCH_LIBRARIES})
target_include_directories(tengen_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
separate_arguments(TENGEN_TORCH_FLAGS UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(tengen_torch INTERFACE ${TENGEN_TORCH_FLAGS})
