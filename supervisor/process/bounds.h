// How much of what a module says is kept. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "ipc/control/control_line.h"

namespace status::supervisor {

// Of a text that goes on to the gateway, in a row or an event of at most ipc::control::kMaxLineBytes.
inline constexpr std::size_t kMaxTextBytes = 512;

// At most `bytes` of it, and no half character at the end.
std::string_view cut(std::string_view text, std::size_t bytes = kMaxTextBytes);

// Cuts every text of the message that is kept or goes on to the gateway: a module's words must not fill the front
// door's line.
void shorten(ipc::control::FromModule& message);

}  // namespace status::supervisor
