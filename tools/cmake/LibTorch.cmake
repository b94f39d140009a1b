# Chooses a LibTorch and proves that it works together with OpenCV before anything is compiled.
#
#   1. The user's own: Torch_DIR, or a Torch below CMAKE_PREFIX_PATH (as variables or environment).
#      If it doesn't work, configuring ends with the reason.
#   2. The torch of the active python. If it doesn't work, a warning says why, and 3 is taken.
#   3. What CMake finds on the system: Debian's libtorch-dev.
#
# The choice is left in Torch_DIR. What passed once is not probed again with the same paths.

include(${CMAKE_CURRENT_LIST_DIR}/TorchFiles.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/TorchProbe.cmake)

# The folder of the user's own TorchConfig.cmake, or empty.
function(rn_torch_of_user result)
  set(roots ${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH} $ENV{Torch_DIR} ${Torch_ROOT} $ENV{Torch_ROOT})
  list(TRANSFORM roots REPLACE ":" ";")
  set(${result} "" PARENT_SCOPE)
  if(Torch_DIR)
    if(NOT EXISTS "${Torch_DIR}/TorchConfig.cmake")
      message(FATAL_ERROR "Torch_DIR is ${Torch_DIR}, where there is no TorchConfig.cmake. Give the folder that has it "
                          "(libtorch/share/cmake/Torch), or -UTorch_DIR to have one looked for.")
    endif()
    set(${result} "${Torch_DIR}" PARENT_SCOPE)
  elseif(roots)
    find_path(folder TorchConfig.cmake NO_CACHE NO_DEFAULT_PATH PATHS ${roots}
              PATH_SUFFIXES . Torch share/cmake/Torch lib/cmake/Torch)
    if(folder)
      set(${result} "${folder}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

# The folder of the TorchConfig.cmake inside the active python's torch, or empty. Torch is only
# looked for, not imported: that would take seconds.
function(rn_torch_of_python result)
  set(${result} "" PARENT_SCOPE)
  find_program(python NAMES python3 python NO_CACHE)
  if(NOT python)
    return()
  endif()
  execute_process(
    COMMAND ${python} -c "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE package OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(package AND EXISTS "${package}/share/cmake/Torch/TorchConfig.cmake")
    set(${result} "${package}/share/cmake/Torch" PARENT_SCOPE)
  endif()
endfunction()

# By its CMake files or, if they find fault with something, directly: with its part for CUDA or, where that
# can't be loaded (a torch that was installed without what it depends on), without. Sets <problem> and direct.
function(rn_probe_own_torch folder problem)
  set(direct OFF PARENT_SCOPE)
  set(${problem} "" PARENT_SCOPE)
  rn_probe_torch("${folder}" OFF why)
  if(NOT why)
    return()
  endif()
  set(ways)
  if(why_stage STREQUAL "configure")
    set(ways ON CPU)
    if(RN_REQUIRE_CUDA)
      set(ways ON)
    endif()
  endif()
  foreach(way IN LISTS ways)
    rn_probe_torch("${folder}" ${way} why_directly)
    if(NOT why_directly)
      if(way STREQUAL "CPU")
        message(WARNING "Its part for CUDA is left out, so the program will run on processors only: ${why}")
      endif()
      set(direct ${way} PARENT_SCOPE)
      return()
    elseif(why_directly_stage STREQUAL "configure")
      break()  # no libraries there
    elseif(way STREQUAL "ON")
      set(why "${why_directly}")  # a missing library is sooner mended than a missing toolkit
    endif()
  endforeach()
  set(${problem} "${why}" PARENT_SCOPE)
endfunction()

function(rn_choose_torch)
  file(SHA256 ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/probe/probe.cpp source)
  set(key "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_VERSION};${OpenCV_DIR};${source};${RN_REQUIRE_CUDA}")
  if(Torch_DIR AND "${RN_PROBE_PASSED}" STREQUAL "${Torch_DIR};${key}")
    return()
  endif()
  rn_torch_of_user(chosen)
  if(chosen)
    message(STATUS "Trying your LibTorch, ${chosen}, together with OpenCV")
    rn_probe_own_torch("${chosen}" problem)
    if(problem)
      message(FATAL_ERROR "The LibTorch in ${chosen} can't be used: ${problem}")
    endif()
  else()
    rn_torch_of_python(chosen)
    if(chosen)
      message(STATUS "Trying the torch of the active python, ${chosen}, together with OpenCV")
      rn_probe_own_torch("${chosen}" problem)
      if(problem)
        message(WARNING "The torch of the active python is left aside, and the system's LibTorch taken: ${problem}")
        set(chosen "")
      endif()
    endif()
  endif()
  if(NOT chosen)
    message(STATUS "Trying the system's LibTorch together with OpenCV")
    set(direct OFF)
    rn_probe_torch("" OFF problem)
    if(problem)
      message(FATAL_ERROR "LibTorch and OpenCV can't be used: ${problem}")
    endif()
  endif()
  if(chosen)
    set(Torch_DIR "${chosen}" CACHE PATH "The folder of TorchConfig.cmake" FORCE)
  endif()
  # What the parts of another LibTorch left in the cache.
  foreach(name Caffe2_DIR TORCH_LIBRARY c10_LIBRARY kineto_LIBRARY C10_CUDA_LIBRARY)
    unset(${name} CACHE)
  endforeach()
  set(RN_TORCH_DIRECT ${direct} CACHE INTERNAL "Take LibTorch without its CMake files")
  set(RN_PROBE_KEY "${key}" PARENT_SCOPE)
endfunction()

rn_choose_torch()
# The probe has shown that it works: what Torch's CMake files still warn about is of no account.
set(CMAKE_MESSAGE_LOG_LEVEL ERROR)
rn_find_torch()
unset(CMAKE_MESSAGE_LOG_LEVEL)
if(RN_PROBE_KEY)
  set(RN_PROBE_PASSED "${Torch_DIR};${RN_PROBE_KEY}" CACHE INTERNAL "LibTorch and OpenCV that work together")
  message(STATUS "LibTorch ${Torch_VERSION} in ${Torch_DIR} works together with OpenCV ${OpenCV_VERSION}")
endif()
if(TORCH_CXX_FLAGS MATCHES "ABI=0")
  # The old C++ ABI changes every std::string, so all of the program must be built with it.
  separate_arguments(RN_TORCH_FLAGS UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  add_compile_options(${RN_TORCH_FLAGS})
endif()
if(RN_REQUIRE_CUDA AND NOT "${TORCH_LIBRARIES}" MATCHES "torch_cuda" AND NOT TARGET torch_cuda)
  message(FATAL_ERROR "The LibTorch in ${Torch_DIR} was built without CUDA. Give CMake one that has it, with \
-DCMAKE_PREFIX_PATH=/path/to/libtorch or by activating a python whose torch has it; for a program without CUDA use \
the preset release.")
endif()
