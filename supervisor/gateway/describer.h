// Collects the interfaces of modules as OpenRPC documents. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "supervisor/gateway/api.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

// Asks one module, or all that are up, and the supervisor itself. `done` is called once, on this thread or on NNG's:
// for one module with its document or its error, for all with whatever could be had within `deadline_ms`.
void describe_modules(const Routes& routes, const std::optional<std::string>& module, std::uint32_t deadline_ms,
                      std::int64_t now_ms, std::function<void(Result<Describe::Reply>)> done);

}  // namespace status::gateway
