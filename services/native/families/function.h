// One exported function of a library as data: its name, its parameters, and how C calls one of that shape. A family is
// a table of these.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/host/native/callback_sink.h"

namespace status::native {

enum class Kind : std::uint8_t { text, uint16, uint32, int32, uint64 };

// Named as the library names it.
struct Parameter {
  const char* name;
  Kind kind;
};

// One value in the order of the parameters: the text, or the number in two's complement.
struct Argument {
  std::string text;
  std::uint64_t number = 0;
};

using Symbol = void (*)();

struct Function {
  // A call as C makes it. `symbol` has the signature that this shape is of; the result is the library's code, 0: it
  // will call back. On the call thread.
  using Invoke = int (*)(Symbol symbol, void* context, host::native::Token token,
                         const std::vector<Parameter>& parameters, std::span<const Argument> arguments);

  const char* name;  // the symbol; a constant, and a metric label
  std::vector<Parameter> parameters;
  Invoke invoke;
};

// The values of a map by parameter. INVALID_ARGUMENT (`native.bad_arguments`), naming the key: missing, unknown, of
// another type or out of its range, or a text with a zero byte, which would end it early.
Result<std::vector<Argument>> read_arguments(const Function& function, const Value& arguments);

}  // namespace status::native
