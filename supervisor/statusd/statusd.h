// statusd from its options to its exit code. One thread.
#pragma once

#include "supervisor/cli/statusd_options.h"

namespace status::supervisor {

// Runs the node until it is told to stop. Exit codes: 0 stopped in order · 1 it could not run (another statusd,
// directories, system) · 78 the configuration is wrong: starting again would not help.
int run_statusd(const StatusdOptions& options);

}  // namespace status::supervisor
