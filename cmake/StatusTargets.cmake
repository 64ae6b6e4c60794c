# Slow headers are compiled once, and every target uses the result. A file still names all that it uses: the preset debug compiles
# without.
option(STATUS_PRECOMPILE "Precompile the headers that most files include" ON)

# status_precompiled(NAME OPTIONS ... [LINK ...] HEADERS ...): headers for status_precompile(TARGET NAME). GCC wants them compiled as the
# targets are.
function(status_precompiled name)
  cmake_parse_arguments(ARG "" "" "OPTIONS;LINK;HEADERS" ${ARGN})
  if(NOT STATUS_PRECOMPILE)
    return()
  endif()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE status_flags ${ARG_LINK})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE ${ARG_OPTIONS} ${STATUS_PCH_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

function(status_precompile target headers)
  if(STATUS_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${headers})
    # In a precompiled <string> GCC 12 sees bytes behind the end of inlined literals.
    target_compile_options(${target} PRIVATE ${STATUS_PCH_OPTIONS}
      $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>)
  endif()
endfunction()

set(common_headers
  <algorithm> <array> <atomic> <chrono> <condition_variable> <filesystem> <functional> <map> <memory> <mutex> <optional> <set> <span> <string>
  <string_view> <thread> <variant> <vector> ${PROJECT_SOURCE_DIR}/ipc/base/result.h ${PROJECT_SOURCE_DIR}/ipc/base/value.h)
status_precompiled(status_common_headers OPTIONS -fPIC HEADERS ${common_headers})
status_precompiled(status_asio_headers OPTIONS -fPIC LINK Boost::headers HEADERS ${common_headers}
  <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/local/stream_protocol.hpp> <boost/asio/post.hpp>
  <boost/asio/posix/stream_descriptor.hpp> <boost/asio/steady_timer.hpp> <boost/asio/write.hpp>)
# What is under test is optimised; the tests are compiled in two thirds of the time without.
set(test_options -O0)
status_precompiled(status_test_headers OPTIONS -fPIE ${test_options} LINK GTest::gmock HEADERS <gmock/gmock.h> <gtest/gtest.h> ${common_headers})

# status_library(NAME [ASIO] SOURCES ... [PUBLIC ...] [PRIVATE ...]): a static library with the common flags. ASIO: most of its files include
# Boost.Asio.
function(status_library name)
  cmake_parse_arguments(ARG "ASIO" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC status_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  if(ARG_ASIO)
    status_precompile(${name} status_asio_headers)
  else()
    status_precompile(${name} status_common_headers)
  endif()
endfunction()

# status_coroutines(SOURCE...): files of this folder with Asio's coroutines. Asio allocates their frames by operators of its own, of which
# GCC 12 sees one without the other.
function(status_coroutines)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
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
  status_precompile(${name} status_test_headers)
  target_compile_options(${name} PRIVATE ${test_options})
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

# status_module(NAME MANIFEST): puts a built-in module's manifest where statusd looks for it, relative to its own executable, and its owner
# into the interface that api.cpp of this folder declares.
function(status_module name manifest)
  configure_file(${manifest} ${CMAKE_BINARY_DIR}/share/status/modules/${name}/module.toml COPYONLY)
  status_owner(api.cpp ${CMAKE_CURRENT_SOURCE_DIR}/${manifest})
endfunction()

# status_owner(SOURCE MANIFEST): STATUS_OWNER_TEAM and STATUS_OWNER_CONTACT for a file of this folder, as the manifest has them.
function(status_owner source manifest)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/deploy/owners ${manifest} OUTPUT_VARIABLE owner COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "^([^ ]+) ([^ ]+) " owner "${owner}")
  set_property(SOURCE ${source} APPEND PROPERTY
    COMPILE_DEFINITIONS STATUS_OWNER_TEAM="${CMAKE_MATCH_1}" STATUS_OWNER_CONTACT="${CMAKE_MATCH_2}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest} ${PROJECT_SOURCE_DIR}/deploy/owners)
endfunction()

# status_foreign_library(NAME SOURCE): lib<NAME>.so in build/<preset>/examples, in C as another team builds it: with
# services/host/native/status_module.h and nothing else of this tree, its flags and sanitizers among them.
function(status_foreign_library name source)
  add_library(${name} MODULE ${source})
  set_target_properties(${name} PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/services/host/native)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Werror -fvisibility=hidden -fno-omit-frame-pointer -g1)
  target_link_libraries(${name} PRIVATE Threads::Threads)
endfunction()
