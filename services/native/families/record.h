// A C struct that is put together from arguments, as a compiler would lay it out: each member at a multiple of its own
// size, in the order of the parameters. Texts are pointers into the arguments.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "services/native/families/function.h"

namespace status::native {

class Record {
 public:
  // The arguments outlive it.
  Record(const std::vector<Parameter>& parameters, std::span<const Argument> arguments);
  const void* data() const { return memory_.data(); }

 private:
  std::vector<std::uint64_t> memory_;  // aligned for every member there is
};

}  // namespace status::native
