#include "tests/support/allocations.h"

#include <cstdlib>
#include <new>

namespace status::test {
namespace {
thread_local std::size_t allocated = 0;
}  // namespace

std::size_t allocated_bytes() { return allocated; }

}  // namespace status::test

// Replaces the program's allocation functions; the array and nothrow forms of the standard library call these.
void* operator new(std::size_t size) {
  status::test::allocated += size;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
