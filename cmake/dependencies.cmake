# Libraries from outside are found on the system, never fetched. scripts/run installs those that Debian and Ubuntu
# have. What core and envs need comes first; a build of the Python module alone needs no more.

# tengen_need(found library package) ends the configuration with a message that names the package of Debian and Ubuntu.
function(tengen_need found library package)
  if(NOT ${found})
    message(FATAL_ERROR "${library} is missing; on Debian and Ubuntu: apt-get install ${package}")
  endif()
endfunction()

find_package(Threads REQUIRED)
find_package(fmt QUIET)
tengen_need(fmt_FOUND "fmt" libfmt-dev)
find_package(PkgConfig QUIET)
tengen_need(PKG_CONFIG_FOUND "pkg-config" pkg-config)
pkg_check_modules(XXHASH QUIET IMPORTED_TARGET libxxhash)
tengen_need(XXHASH_FOUND "xxHash" libxxhash-dev)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h)
tengen_need(TOMLPLUSPLUS_INCLUDE "toml++" libtomlplusplus-dev)
find_path(STB_INCLUDE stb/stb_image_write.h)
tengen_need(STB_INCLUDE "stb" libstb-dev)

if(NOT TENGEN_PYTHON)
  pkg_check_modules(ZSTD QUIET IMPORTED_TARGET libzstd)
  tengen_need(ZSTD_FOUND "zstd" libzstd-dev)
  find_package(Boost 1.74 QUIET)  # Asio; headers only
  tengen_need(Boost_FOUND "Boost" libboost-dev)
  find_package(GIF QUIET)
  tengen_need(GIF_FOUND "giflib" libgif-dev)
  find_package(pagmo QUIET)  # for CMA-ES; a program built without it says so
  include(cmake/torch.cmake)
endif()
