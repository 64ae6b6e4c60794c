// What the dashboard has at the metrics address, beside its files.
#pragma once

#include <string_view>

namespace status::gateway {

inline constexpr std::string_view kApiPath = "/api/";  // and a method's name
inline constexpr std::string_view kLivePath = "/api/events";

}  // namespace status::gateway
