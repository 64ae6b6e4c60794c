// The death of statusd takes every module with it.
#pragma once

#include "ipc/base/result.h"

namespace status::test {

// Starts a node of three modules, one that listens to its control line, one that answers nothing and one that is never
// ready; kills statusd with SIGKILL. Milliseconds until the last of them is gone.
Result<double> kill_statusd_and_await_its_modules();

}  // namespace status::test
