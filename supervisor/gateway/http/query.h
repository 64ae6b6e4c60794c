// The query of a request: `q=%7B%22window_ms%22%3A5000%7D`. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace status::gateway {

// What the key has, decoded; empty text when it is not there. Nothing when its encoding is broken.
std::optional<std::string> query_value(std::string_view query, std::string_view key);

}  // namespace status::gateway
