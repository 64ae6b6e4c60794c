// What most commands do: one question that may be asked twice, and its answer as JSON or for people.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "supervisor/cli/statusctl/commands.h"

namespace status::cli {

// Asks and prints: JSON where that is wanted, else what `print` does with the answer. Returns the exit code.
int view(const Shell& shell, const std::string& method, const Value& params,
         const std::function<void(const Value& reply)>& print);

// The list of that name in a reply; empty when it is not there. Lives as long as the reply.
const Value::Array& list_of(const Value& reply, std::string_view name);

}  // namespace status::cli
