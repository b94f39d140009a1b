# Everything that the program links to, and the targets rn_torch and rn_opencv.

set(RN_MISSING_PACKAGES "")

# rn_find(PACKAGE DEBIAN_PACKAGE [arguments of find_package]): collects what is missing.
macro(rn_find package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    string(REPLACE ";" " " RN_WANTED "${package};${ARGN}")
    string(APPEND RN_MISSING_PACKAGES "\n  ${RN_WANTED} (Debian: ${debian})")
    if(${package}_CONSIDERED_VERSIONS)
      string(APPEND RN_MISSING_PACKAGES ", found only version ${${package}_CONSIDERED_VERSIONS}")
    endif()
  endif()
endmacro()

# rn_require_found(SECTIONS): ends with all that rn_find missed, at once.
macro(rn_require_found sections)
  if(RN_MISSING_PACKAGES)
    message(FATAL_ERROR "Missing:${RN_MISSING_PACKAGES}\nOn Debian, run: tools/setup.sh ${sections}\n"
                        "Elsewhere, install them and name their place in CMAKE_PREFIX_PATH.")
  endif()
endmacro()

rn_find(OpenCV libopencv-dev COMPONENTS core imgproc imgcodecs videoio)
rn_find(JPEG libjpeg-dev)
rn_find(nlohmann_json nlohmann-json3-dev 3.11)
rn_find(simdjson libsimdjson-dev)
rn_find(CLI11 libcli11-dev)
rn_find(fmt libfmt-dev)
rn_find(spdlog libspdlog-dev)
rn_find(ZLIB zlib1g-dev)
# Not find_package: Debian's libzip-config.cmake asks for programs of other packages.
find_path(ZIP_INCLUDE_DIR zip.h)
find_library(ZIP_LIBRARY zip)
if(NOT ZIP_INCLUDE_DIR OR NOT ZIP_LIBRARY)
  string(APPEND RN_MISSING_PACKAGES "\n  libzip (Debian: libzip-dev)")
endif()
find_library(JEMALLOC_LIBRARY jemalloc)
if(NOT JEMALLOC_LIBRARY)
  string(APPEND RN_MISSING_PACKAGES "\n  jemalloc (Debian: libjemalloc-dev)")
endif()
rn_require_found(build)
add_library(rn_zip INTERFACE)
target_link_libraries(rn_zip INTERFACE ${ZIP_LIBRARY})
target_include_directories(rn_zip SYSTEM INTERFACE ${ZIP_INCLUDE_DIR})
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
include(LibTorch)

# rn_hide_bundled(FOLDER TARGET DIRS RESULT): LibTorch 2.x has the headers of another version of fmt among its own,
# which sources with LibTorch would find before those of the library that we link to. Sets RESULT to a folder of
# includes that has the right ones only, to stand before DIRS; to empty if DIRS have none of their own.
function(rn_hide_bundled folder target dirs result)
  set(${result} "" PARENT_SCOPE)
  get_target_property(right ${target} INTERFACE_INCLUDE_DIRECTORIES)
  find_path(bundled ${folder} NO_CACHE NO_DEFAULT_PATH PATHS ${dirs})
  find_path(headers ${folder} NO_CACHE NO_DEFAULT_PATH PATHS ${right})
  if(bundled AND headers AND NOT bundled STREQUAL headers)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/unbundled)
    cmake_path(APPEND headers ${folder})
    file(CREATE_LINK ${headers} ${CMAKE_BINARY_DIR}/unbundled/${folder} SYMBOLIC)
    set(${result} ${CMAKE_BINARY_DIR}/unbundled PARENT_SCOPE)
  endif()
endfunction()

add_library(rn_torch INTERFACE)
# at::parallel_for is a plain loop in sources that are compiled without OpenMP.
target_link_libraries(rn_torch INTERFACE ${TORCH_LIBRARIES} OpenMP::OpenMP_CXX)
rn_hide_bundled(fmt fmt::fmt "${TORCH_INCLUDE_DIRS}" RN_UNBUNDLED_DIR)
target_include_directories(rn_torch SYSTEM INTERFACE ${RN_UNBUNDLED_DIR} ${TORCH_INCLUDE_DIRS})

add_library(rn_opencv INTERFACE)
target_link_libraries(rn_opencv INTERFACE ${OpenCV_LIBS})
target_include_directories(rn_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
