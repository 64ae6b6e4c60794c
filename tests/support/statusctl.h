// statusctl as its own process: what it prints and the code it ends with (WIRE.md section 7).
#pragma once

#include <string>
#include <vector>

#include "ipc/base/value.h"

namespace status::test {

struct Outcome {
  int code = -1;  // -1: it did not end in time
  std::string output;
  std::string errors;
  Value json() const;
  Value error() const;
};

// Any thread.
Outcome statusctl(std::vector<std::string> words);

}  // namespace status::test
