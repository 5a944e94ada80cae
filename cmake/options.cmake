# Compiler settings that every target shares through the interface target tengen_options.
option(TENGEN_WERROR "Warnings are errors" OFF)
set(TENGEN_MARCH "native" CACHE STRING "-march of this build; the program is built where it runs. Empty for the compiler's default")
set(TENGEN_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
option(TENGEN_VIEWER "Build the SDL2 window (clips and contact sheets work without)" ON)
option(TENGEN_TESTS "Build the tests" ON)
option(TENGEN_PYTHON "Build the Python module and nothing else" OFF)
option(TENGEN_FUZZ "Build the fuzzers (clang only)" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # ccache also caches precompiled headers if it is told that their time stamps do not matter.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endif()

add_library(tengen_options INTERFACE)
# Multiplications and additions are not contracted, so that every processor computes the same bits.
target_compile_options(tengen_options INTERFACE -Wall -Wextra -Wshadow -Wpedantic -ffp-contract=off)
if(TENGEN_WERROR)
  target_compile_options(tengen_options INTERFACE -Werror)
endif()
if(TENGEN_MARCH)
  target_compile_options(tengen_options INTERFACE -march=${TENGEN_MARCH})
endif()
if(TENGEN_SANITIZE)
  target_compile_options(tengen_options INTERFACE -fsanitize=${TENGEN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # false alarms of GCC 12 in instrumented code
  target_link_options(tengen_options INTERFACE -fsanitize=${TENGEN_SANITIZE})
endif()
if(TENGEN_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "TENGEN_FUZZ needs clang: libFuzzer is part of it")
  endif()
  target_compile_options(tengen_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  target_link_options(tengen_options INTERFACE -fuse-ld=mold)
endif()
target_compile_features(tengen_options INTERFACE cxx_std_20)  # for plug-ins, which are projects of their own
target_include_directories(tengen_options INTERFACE ${PROJECT_SOURCE_DIR})
