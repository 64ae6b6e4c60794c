// What the fuzz targets share: libFuzzer calls one function with bytes, and a broken property ends the process.
#pragma once

#include <cstdlib>
#include <iostream>

#include "ipc/base/bytes.h"

namespace status::test {

// Ends the process when `holds` is false; libFuzzer then keeps the input.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::cerr << "broken property: " << property << std::endl;
  std::abort();
}

}  // namespace status::test
