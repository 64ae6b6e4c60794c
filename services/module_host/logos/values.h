// Values as Logos modules write them in JSON, and as the wire has them. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::module_host::logos {

// "messageReceived" → "message_received": what a name of theirs is here.
std::string snake_case(std::string_view name);

// Binary, wherever it is: bytes → {"_bytes": base64url without padding}, and back. What is no such text stays a map.
Value to_logos(const Value& wire);
Value from_logos(const Value& json);

// {"code", "message", "origin"}, texts all three, with one of the three codes: how a module says that it does not take
// a call. Null: it is none.
const std::string* refusal_code(const Value& result);

}  // namespace status::module_host::logos
