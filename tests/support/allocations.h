// Counts what a test program allocates through operator new, to show that a claimed length was not believed.
#pragma once

#include <cstddef>

namespace status::test {

// Bytes asked for by this thread since it started; frees are not subtracted. The test program lists allocations.cpp as
// a source.
std::size_t allocated_bytes();

}  // namespace status::test
