# Tries a LibTorch together with OpenCV, and says in words what is wrong with it.

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
  elseif(output MATCHES "warning: ([^ ]+), needed by [^ ]*/([^ /]+), not found")
    string(CONCAT why "${CMAKE_MATCH_1}, which ${CMAKE_MATCH_2} needs, was not found. pip installs such libraries beside "
                      "torch, unless it was told --no-deps; others have to be in LD_LIBRARY_PATH.")
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

# rn_probe_torch(TORCH_DIR DIRECT RESULT): configures, builds and runs probe/ with this LibTorch (empty:
# CMake's own search), read by its CMake files or directly (RN_TORCH_DIRECT of TorchFiles). Sets RESULT to empty if it
# passed, else to the reason, and RESULT_stage to configure, build or run.
function(rn_probe_torch torch_dir direct result)
  set(folder ${CMAKE_BINARY_DIR}/probe)
  if(direct STREQUAL "CPU")
    string(APPEND folder "_cpu")
  elseif(direct)
    string(APPEND folder "_directly")
  endif()
  file(REMOVE_RECURSE ${folder})
  set(options "-DRN_TORCH_DIRECT=${direct}")
  foreach(name CMAKE_CXX_COMPILER CMAKE_C_COMPILER CMAKE_CXX_FLAGS CMAKE_PREFIX_PATH CMAKE_MAKE_PROGRAM OpenCV_DIR
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
      set(${result}_stage ${stage} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  file(REMOVE_RECURSE ${folder})
  set(${result} "" PARENT_SCOPE)
endfunction()
