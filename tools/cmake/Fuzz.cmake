# Everything is instrumented for libFuzzer; only the targets of rn_fuzz_target get its main.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "RN_FUZZ needs clang, which brings libFuzzer; the compiler is ${CMAKE_CXX_COMPILER}. "
                      "Use the preset fuzz, or tools/fuzz.sh.")
endif()
# Undefined behaviour ends the run as any other finding does. The assertions of the standard library find an
# index beyond a vector's end that is still inside its memory, which the address sanitizer alone doesn't see.
set(RN_FUZZ_FLAGS -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
add_compile_options(${RN_FUZZ_FLAGS} -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
add_link_options(${RN_FUZZ_FLAGS})
# In this variable the probe of LibTorch gets it, too.
string(APPEND CMAKE_CXX_FLAGS " -include ${CMAKE_CURRENT_LIST_DIR}/vector_for_clang.h")

# rn_fuzz_target(NAME SOURCES ... LINK targets): the program fuzz_<NAME>.
function(rn_fuzz_target name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(fuzz_${name} ${ARG_SOURCES})
  set_target_properties(fuzz_${name} PROPERTIES UNITY_BUILD OFF)
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_LINK} rn_warnings)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()
