# rn_find_torch(): finds the LibTorch that Torch_DIR names, or CMake's own search when it is empty.
#
# With RN_TORCH_DIRECT it is taken from its folder, without its CMake files. Those of a LibTorch for CUDA
# end with an error where there is no CUDA toolkit; but the toolkit is needed to compile kernels only, of
# which we have none, and a pip-installed torch brings the libraries that it runs with. Where it is CPU,
# not just ON, the part for CUDA is left out.

macro(rn_find_torch)
  if("${Torch_DIR}" MATCHES "^(.*)/(share|lib)/cmake/Torch/?$")
    set(RN_TORCH_PREFIX "${CMAKE_MATCH_1}")
  endif()
  if(RN_TORCH_DIRECT)
    rn_find_torch_files()
  else()
    # Torch's CMake files look for its parts on the system first, and would mix a LibTorch of one's own
    # with one of Debian's that is there too: its folder has to come first.
    if(RN_TORCH_PREFIX)
      list(PREPEND CMAKE_PREFIX_PATH "${RN_TORCH_PREFIX}")
    endif()
    find_package(Torch REQUIRED)
  endif()
endmacro()

# Sets what find_package(Torch) would set.
macro(rn_find_torch_files)
  set(RN_TORCH_LINK "-Wl,--push-state,--no-as-needed")  # the CUDA part registers itself when loaded
  set(RN_TORCH_PARTS torch torch_cpu torch_cuda c10 c10_cuda)
  if(RN_TORCH_DIRECT STREQUAL "CPU")
    set(RN_TORCH_PARTS torch_cpu c10)  # libtorch.so is empty but for what it depends on, CUDA too
  endif()
  foreach(name IN LISTS RN_TORCH_PARTS)
    if(EXISTS "${RN_TORCH_PREFIX}/lib/lib${name}.so")
      string(APPEND RN_TORCH_LINK ",${RN_TORCH_PREFIX}/lib/lib${name}.so")
    elseif(NOT name MATCHES cuda)
      message(FATAL_ERROR "TorchConfig.cmake of ${Torch_DIR} has no lib${name}.so in ${RN_TORCH_PREFIX}/lib")
    endif()
  endforeach()
  set(TORCH_LIBRARIES "${RN_TORCH_LINK},--pop-state" "-Wl,-rpath,${RN_TORCH_PREFIX}/lib")
  set(TORCH_INCLUDE_DIRS ${RN_TORCH_PREFIX}/include ${RN_TORCH_PREFIX}/include/torch/csrc/api/include)
  file(STRINGS "${Torch_DIR}/TorchConfig.cmake" TORCH_CXX_FLAGS REGEX "-D_GLIBCXX_USE_CXX11_ABI=")
  string(REGEX REPLACE ".*(-D_GLIBCXX_USE_CXX11_ABI=[01]).*" "\\1" TORCH_CXX_FLAGS "${TORCH_CXX_FLAGS}")
  include("${Torch_DIR}/TorchConfigVersion.cmake" OPTIONAL)
  set(Torch_VERSION "${PACKAGE_VERSION}")
endmacro()
