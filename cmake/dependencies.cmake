# Libraries from outside are found on the system, never fetched. scripts/run installs those that Debian and Ubuntu
# have.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
find_path(STB_INCLUDE stb/stb_image_write.h REQUIRED)
find_package(GIF REQUIRED)
find_package(pagmo QUIET)  # for CMA-ES; a program built without it says so
include(cmake/torch.cmake)
