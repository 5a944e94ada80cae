# Makes LibTorch the target tengen_torch. TENGEN_TORCH chooses which:
#   ON         the system's, through find_package (CMAKE_PREFIX_PATH works as usual)
#   directory  an unpacked LibTorch or the torch/ folder of a PyTorch wheel (…/site-packages/torch)
#   OFF        none: only the libraries that need no torch, and their tests
set(TENGEN_TORCH ON CACHE STRING "LibTorch: ON for the system's, a directory for another, OFF for none")
add_library(tengen_torch INTERFACE)

# The libraries of a chosen directory are named one by one, because its own TorchConfig.cmake would take those of an
# installed package first and mix the two, and would ask for the CUDA toolkit where the libraries alone suffice.
function(tengen_torch_from directory)
  if(NOT EXISTS ${directory}/include/torch/csrc/api/include/torch/torch.h OR NOT EXISTS ${directory}/lib/libtorch.so)
    message(FATAL_ERROR "TENGEN_TORCH=${directory} has no include/ and lib/ of a LibTorch")
  endif()
  file(STRINGS ${directory}/share/cmake/Torch/TorchConfig.cmake old_abi REGEX "GLIBCXX_USE_CXX11_ABI=0")
  if(old_abi)
    message(FATAL_ERROR "TENGEN_TORCH=${directory} is built for the pre-C++11 ABI; take a newer LibTorch (2.7 or later)")
  endif()
  if(EXISTS ${directory}/lib/libtorch_cuda.so)  # it registers itself when it is loaded, but no code of ours calls it
    target_link_options(tengen_torch INTERFACE -Wl,--no-as-needed)
  endif()
  foreach(name torch torch_cpu torch_cuda c10 c10_cuda)
    if(EXISTS ${directory}/lib/lib${name}.so)
      target_link_libraries(tengen_torch INTERFACE ${directory}/lib/lib${name}.so)
    endif()
  endforeach()
  # CUDA's headers suffice to record a network's kernels and launch them as one.
  find_path(TENGEN_CUDA_INCLUDE cuda_runtime_api.h HINTS ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES include)
  if(EXISTS ${directory}/lib/libtorch_cuda.so AND TENGEN_CUDA_INCLUDE)
    target_include_directories(tengen_torch SYSTEM INTERFACE ${TENGEN_CUDA_INCLUDE})
    target_compile_definitions(tengen_torch INTERFACE TENGEN_CUDA_GRAPHS)
  endif()
  target_include_directories(tengen_torch SYSTEM INTERFACE ${directory}/include
                                                           ${directory}/include/torch/csrc/api/include)
  if(EXISTS ${directory}/include/fmt)  # its fmt, newer than the system's library, comes first in the include path
    target_compile_definitions(tengen_torch INTERFACE FMT_HEADER_ONLY)
  endif()
  message(STATUS "LibTorch: ${directory}")
endfunction()

if(IS_DIRECTORY "${TENGEN_TORCH}")
  tengen_torch_from(${TENGEN_TORCH})
elseif(TENGEN_TORCH STREQUAL "ON")
  find_package(Torch 1.13 REQUIRED)
  separate_arguments(flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_link_libraries(tengen_torch INTERFACE ${TORCH_LIBRARIES})
  target_include_directories(tengen_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_compile_options(tengen_torch INTERFACE ${flags})
elseif(TENGEN_TORCH)
  message(FATAL_ERROR "TENGEN_TORCH=${TENGEN_TORCH} is no directory; give ON, OFF or a directory with include/ and lib/")
endif()
