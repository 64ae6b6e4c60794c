// Finds text that is not UTF-8 in a value of any shape. Any thread.
#pragma once

#include <optional>
#include <string>

#include "ipc/base/value.h"

namespace status::api {

// The path of the first string or map key that is not UTF-8, beginning with `path`; empty when all are.
std::optional<std::string> find_bad_text(const Value& value, const std::string& path);

}  // namespace status::api
