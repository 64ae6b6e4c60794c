# status_library(NAME SOURCES ... [PUBLIC ...] [PRIVATE ...]): a static library with the common flags.
function(status_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC status_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# status_executable(NAME SOURCES ... LINK ...): a program in build/<preset>/bin.
function(status_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE status_flags ${ARG_LINK})
endfunction()

# status_test(NAME LABEL unit|integration|... SOURCES ... LINK ... [TIMEOUT s] [SERIAL]): a GoogleTest program whose cases ctest
# lists one by one; tests_unit and tests_integration build all of theirs. SERIAL keeps timing-sensitive cases from running beside others.
function(status_test name)
  cmake_parse_arguments(ARG "SERIAL" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE status_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM status_test_headers)
  target_compile_options(${name} PRIVATE ${STATUS_PCH_OPTIONS})
  # Optimised, GCC 12 sees bytes behind the end of inlined std::string literals, of which tests are full.
  target_compile_options(${name} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 30)
  endif()
  set(properties LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
  if(ARG_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  if(TARGET tests_${ARG_LABEL})
    add_dependencies(tests_${ARG_LABEL} ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES PROPERTIES ${properties})
endfunction()

# status_module(NAME MANIFEST): puts a built-in module's manifest where statusd looks for it, relative to its own executable.
function(status_module name manifest)
  configure_file(${manifest} ${CMAKE_BINARY_DIR}/share/status/modules/${name}/module.toml COPYONLY)
endfunction()

# status_precompiled_headers(NAME HEADER...): for a library most of whose files include the same slow headers.
function(status_precompiled_headers name)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  target_compile_options(${name} PRIVATE ${STATUS_PCH_OPTIONS})
endfunction()

# GoogleTest is the slowest header of the tests: it is compiled once, and every test program uses the result.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/status_test_headers.cpp CONTENT "\n")
add_library(status_test_headers OBJECT ${CMAKE_BINARY_DIR}/status_test_headers.cpp)
target_link_libraries(status_test_headers PRIVATE status_flags GTest::gmock)
# As the executables are compiled; GCC refuses the headers otherwise.
set_target_properties(status_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(status_test_headers PRIVATE -fPIE)
status_precompiled_headers(status_test_headers <gmock/gmock.h> <gtest/gtest.h> <chrono> <string> <vector>)
