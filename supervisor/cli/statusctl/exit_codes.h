// statusctl's exit codes (WIRE.md section 7).
#pragma once

#include "ipc/base/error.h"

namespace status::cli {

inline constexpr int kDone = 0;
inline constexpr int kCallFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kNoNode = 3;
inline constexpr int kDenied = 4;
inline constexpr int kDeadline = 5;

// What an error of a call amounts to. No answer at all (`cli.no_node`, `remote.unreachable`) is kNoNode; a module that
// is down is kCallFailed.
int exit_code_of(const Error& error);

}  // namespace status::cli
