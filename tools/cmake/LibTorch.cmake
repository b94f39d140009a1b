# Chooses a LibTorch and proves that it works together with OpenCV before anything is compiled.
#
#   1. The user's own: Torch_DIR, or a Torch below CMAKE_PREFIX_PATH (as variables or environment).
#      If it doesn't work, configuring ends with the reason.
#   2. The torch of the active python. If it doesn't work, a warning says why, and 3 is taken.
#   3. What CMake finds on the system: Debian's libtorch-dev.
#
# The choice is left in Torch_DIR. What passed once is not probed again with the same paths.

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

# Says in the user's terms what the output of a failed probe means.
function(rn_explain_probe output stage result)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")  # CMake breaks the lines of messages
  if(stage STREQUAL "run")
    string(CONCAT why "the program links but does not start: a library is missing at run time, or one of another "
                      "version is found first (see LD_LIBRARY_PATH).")
  elseif(output MATCHES "CUDA libraries|CUDA toolkit|Could NOT find CUDA|CUDA_TOOLKIT_ROOT|CUDA cannot be found|nvcc")
    string(CONCAT why "this LibTorch was built for CUDA, and its CMake files need the CUDA toolkit, which was not found. "
                      "Put nvcc into PATH, or set CUDAToolkit_ROOT and CUDA_TOOLKIT_ROOT_DIR, or use a LibTorch for CPU.")
  elseif(output MATCHES "GLIBCXX_USE_CXX11_ABI=0" AND stage STREQUAL "build")
    string(CONCAT why "this LibTorch was built with GCC's old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0), and OpenCV with the new "
                      "one: they can't be in one program. Use the LibTorch that pytorch.org calls 'cxx11 ABI', a "
                      "pip-installed torch from 2.7 on, or Debian's libtorch-dev.")
  elseif(output MATCHES "OpenCVConfig.cmake")
    set(why "OpenCV was not found. On Debian it is the package libopencv-dev: run tools/setup.sh.")
  elseif(output MATCHES "TorchConfig.cmake")
    string(CONCAT why "LibTorch was not found. On Debian it is the package libtorch-dev: run tools/setup.sh. Or give CMake "
                      "your own: -DCMAKE_PREFIX_PATH=/path/to/libtorch, or activate a python that has torch.")
  elseif(output MATCHES "undefined reference")
    string(CONCAT why "the program does not link: LibTorch and OpenCV were not built for one another (another ABI, another "
                      "compiler).")
  else()
    set(why "the attempt failed.")
  endif()
  set(${result} "${why}" PARENT_SCOPE)
endfunction()

# The last lines of a text, shortened, without blank ones, each after a line break and two spaces, with
# which CMake prints them as they are.
function(rn_last_lines text count result)
  string(REPLACE ";" "," text "${text}")
  string(REPLACE "[" "(" text "${text}")
  string(REPLACE "]" ")" text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  list(FILTER lines EXCLUDE REGEX "^[ \t]*$")
  list(LENGTH lines length)
  math(EXPR first "${length} - ${count}")
  if(first GREATER 0)
    list(SUBLIST lines ${first} -1 lines)
  endif()
  set(joined)
  foreach(line IN LISTS lines)
    string(SUBSTRING "${line}" 0 160 line)
    string(APPEND joined "\n  ${line}")
  endforeach()
  set(${result} "${joined}" PARENT_SCOPE)
endfunction()

# Torch's CMake files look for parts of it on the system first, and would mix a LibTorch of one's own
# with one of Debian's that is there too: its folder has to come first.
macro(rn_prefer_torch torch_dir)
  if("${torch_dir}" MATCHES "^(.*)/(share|lib)/cmake/Torch/?$")
    list(PREPEND CMAKE_PREFIX_PATH "${CMAKE_MATCH_1}")
  endif()
endmacro()

# Configures, builds and runs probe/ with this Torch_DIR (empty: CMake's own search).
# Sets <result> to empty if it passed, else to the reason.
function(rn_probe_torch torch_dir result)
  rn_prefer_torch("${torch_dir}")
  set(folder ${CMAKE_BINARY_DIR}/probe)
  file(REMOVE_RECURSE ${folder})
  set(options)
  foreach(name CMAKE_CXX_COMPILER CMAKE_C_COMPILER CMAKE_PREFIX_PATH CMAKE_MAKE_PROGRAM OpenCV_DIR
               CMAKE_CUDA_COMPILER CUDAToolkit_ROOT CUDA_TOOLKIT_ROOT_DIR CMAKE_TOOLCHAIN_FILE)
    if(${name})
      string(REPLACE ";" "\\;" value "${${name}}")
      list(APPEND options "-D${name}=${value}")
    endif()
  endforeach()
  if(torch_dir)
    list(APPEND options "-DTorch_DIR=${torch_dir}")
  endif()
  set(configure ${CMAKE_COMMAND} -G ${CMAKE_GENERATOR} -S ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/probe
                -B ${folder} ${options})
  set(build ${CMAKE_COMMAND} --build ${folder} --verbose)
  set(run ${folder}/probe)
  set(output)
  foreach(stage configure build run)
    execute_process(COMMAND ${${stage}} OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE failed)
    string(APPEND output "${text}")
    if(NOT failed EQUAL 0)
      rn_explain_probe("${output}" ${stage} why)
      file(WRITE ${folder}/log.txt "${output}")
      rn_last_lines("${text}" 12 text)
      string(CONCAT why "${why}\nThe attempt to ${stage} a small program with both libraries ended so; all of it is in "
                        "${folder}/log.txt:${text}")
      set(${result} "${why}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  file(REMOVE_RECURSE ${folder})
  set(${result} "" PARENT_SCOPE)
endfunction()

function(rn_choose_torch)
  file(SHA256 ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/probe/probe.cpp source)
  set(key "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_VERSION};${OpenCV_DIR};${source}")
  if(Torch_DIR AND "${RN_PROBE_PASSED}" STREQUAL "${Torch_DIR};${key}")
    return()
  endif()
  rn_torch_of_user(chosen)
  if(chosen)
    message(STATUS "Trying your LibTorch, ${chosen}, together with OpenCV")
    rn_probe_torch("${chosen}" problem)
    if(problem)
      message(FATAL_ERROR "The LibTorch in ${chosen} can't be used: ${problem}")
    endif()
  else()
    rn_torch_of_python(chosen)
    if(chosen)
      message(STATUS "Trying the torch of the active python, ${chosen}, together with OpenCV")
      rn_probe_torch("${chosen}" problem)
      if(problem)
        message(WARNING "The torch of the active python is left aside, and the system's LibTorch taken: ${problem}")
        set(chosen "")
      endif()
    endif()
  endif()
  if(NOT chosen)
    message(STATUS "Trying the system's LibTorch together with OpenCV")
    rn_probe_torch("" problem)
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
  set(RN_PROBE_KEY "${key}" PARENT_SCOPE)
endfunction()

rn_choose_torch()
rn_prefer_torch("${Torch_DIR}")
# The probe has shown that it works: what Torch's CMake files still warn about is of no account.
set(CMAKE_MESSAGE_LOG_LEVEL ERROR)
find_package(Torch REQUIRED)
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
if(RN_REQUIRE_CUDA AND NOT TARGET torch_cuda)
  message(FATAL_ERROR "The LibTorch in ${Torch_DIR} was built without CUDA. Give CMake one that has it, with \
-DCMAKE_PREFIX_PATH=/path/to/libtorch or by activating a python whose torch has it; for a program without CUDA use \
the preset release.")
endif()
