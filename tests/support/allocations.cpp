#include "tests/support/allocations.h"

#include <cstdlib>
#include <new>

namespace status::test {
namespace {
thread_local std::size_t allocated = 0;
}  // namespace

std::size_t allocated_bytes() { return allocated; }

}  // namespace status::test

// Replaces the program's allocation functions: all but the aligned ones, because AddressSanitizer brings each by itself
// and wants pairs.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  status::test::allocated += size;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return operator new(size, std::nothrow); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
