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

add_library(rn_torch INTERFACE)
# at::parallel_for is a plain loop in sources that are compiled without OpenMP.
target_link_libraries(rn_torch INTERFACE ${TORCH_LIBRARIES} OpenMP::OpenMP_CXX)
target_include_directories(rn_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})

add_library(rn_opencv INTERFACE)
target_link_libraries(rn_opencv INTERFACE ${OpenCV_LIBS})
target_include_directories(rn_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
