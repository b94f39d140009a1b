# A folder of src is a layer is a library target rn_<folder>.

add_library(rn_warnings INTERFACE)
target_compile_options(rn_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(rn_warnings INTERFACE -Wno-maybe-uninitialized)  # false on std::optional, GCC PR 80635
endif()
if(RN_WERROR)
  target_compile_options(rn_warnings INTERFACE -Werror)
endif()

# LibTorch's headers take 9 s to parse: they are parsed once, here, those of tensors only. (With torch/nn.h in it,
# too, each file would take longer: whatever is in it, gcc looks through all of it again.) Even loading the
# result takes 1 s, so the release preset compiles each layer in one piece or two (CMAKE_UNITY_BUILD).
add_library(rn_torch_pch STATIC ${PROJECT_SOURCE_DIR}/tools/cmake/torch_pch.cpp)
target_precompile_headers(rn_torch_pch PRIVATE <torch/types.h>)
target_link_libraries(rn_torch_pch PUBLIC rn_torch PRIVATE rn_warnings)

# rn_layer(NAME [TORCH] SOURCES ... [PUBLIC targets] [PRIVATE targets])
# TORCH: the layer's sources include LibTorch, so it shares the precompiled header.
function(rn_layer name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(rn_${name} STATIC ${ARG_SOURCES})
  target_include_directories(rn_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(rn_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} rn_warnings)
  if(ARG_TORCH)
    target_link_libraries(rn_${name} PUBLIC rn_torch)
    target_precompile_headers(rn_${name} REUSE_FROM rn_torch_pch)
  endif()
endfunction()

# rn_test(MODULE [TORCH] SOURCES ... [LINK targets] [LABELS labels] [TIMEOUT seconds])
# One test program for each folder of tests; every TEST in it is a ctest test.
function(rn_test module)
  cmake_parse_arguments(ARG "TORCH" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS fast)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(RN_SANITIZE)
    math(EXPR ARG_TIMEOUT "10 * ${ARG_TIMEOUT}")
  endif()
  add_executable(${module}_tests ${ARG_SOURCES})
  set_target_properties(${module}_tests PROPERTIES UNITY_BUILD OFF)
  target_include_directories(${module}_tests PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${module}_tests PRIVATE ${ARG_LINK} GTest::gtest_main rn_warnings)
  target_compile_definitions(${module}_tests PRIVATE RN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(ARG_TORCH)
    target_precompile_headers(${module}_tests REUSE_FROM rn_torch_pch)
  endif()
  gtest_discover_tests(${module}_tests DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
