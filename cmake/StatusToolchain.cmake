# Language level, warnings, sanitizers, compiler cache. Included once, from the top.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

set(STATUS_SANITIZE "" CACHE STRING "Sanitizers for every target: empty, 'address,undefined' or 'thread'")
option(STATUS_FUZZ "Build the libFuzzer targets (needs clang >= 16)" OFF)

find_program(STATUS_CCACHE ccache)
if(STATUS_CCACHE)
  # Without this looseness ccache passes by every file that uses a precompiled header. What a file depends on the compiler tells it: a preprocessor
  # that ran first would cost a third of the compilation.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${STATUS_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(STATUS_PCH_OPTIONS -fpch-preprocess)
  endif()
endif()

find_package(Threads REQUIRED)

# Every target of ours links this one. Third-party headers come from system include paths, so the warnings are about our code.
add_library(status_flags INTERFACE)
target_include_directories(status_flags INTERFACE ${PROJECT_SOURCE_DIR})
# A designated initializer names what it sets; what it leaves out has its default in the declaration.
# -pthread: some libraries want it, and precompiled headers want that all targets are compiled alike.
target_compile_options(status_flags INTERFACE -pthread
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers -Werror -fno-omit-frame-pointer)
target_link_libraries(status_flags INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees uninitialized members in std::optional and std::variant that are none; clang-tidy and the sanitizers find the real ones.
  target_compile_options(status_flags INTERFACE -Wno-maybe-uninitialized)
endif()
# A process loads what it uses, and not what some library of ours could have used.
target_link_options(status_flags INTERFACE -Wl,--as-needed)
if(STATUS_SANITIZE)
  # Not vptr: it asks a new pipe whether an object can be read, and calls every object broken in a process without free descriptors.
  target_compile_options(status_flags INTERFACE -fsanitize=${STATUS_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all)
  target_link_options(status_flags INTERFACE -fsanitize=${STATUS_SANITIZE})
endif()
if(STATUS_FUZZ)
  target_compile_options(status_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Boost 1.74 does not recognise clang's coroutines by itself.
  target_compile_definitions(status_flags INTERFACE BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_HAS_STD_COROUTINE=1)
endif()
