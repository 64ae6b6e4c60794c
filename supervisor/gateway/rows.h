// What a row of the supervisor's table means for a call. Pure; any thread.
#pragma once

#include <string_view>

#include "ipc/base/error.h"
#include "ipc/control/control_line.h"

namespace status::gateway {

using Row = ipc::control::ModuleRow;

// The gateway is a row as well, but its methods are those of `supervisor`.
inline constexpr std::string_view kOwnRow = "gateway";

// Calls go there.
bool is_up(const Row& row);
// It may still have events that nobody has read.
bool has_process(const Row& row);

// UNAVAILABLE, with details {state, generation, next_attempt_ms} and retry_after_ms. `now_ms`: Unix.
//   supervisor.not_running   the call was not sent
//   supervisor.module_died   it was, and nobody knows how far it got: repeat it only with its idempotency key
Error not_running(const Row& row, std::int64_t now_ms);
Error died_meanwhile(const Row& row, std::int64_t now_ms);

}  // namespace status::gateway
