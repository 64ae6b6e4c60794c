// Private directories, as the supervisor needs them. Any thread.
#pragma once

#include <string>

#include "ipc/base/file.h"
#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"

namespace status::supervisor {

// Makes the directory if it is missing (0700) and checks it through the returned descriptor: no symbolic link, ours,
// and closed to others. One that others could only look into is closed here; one that they could write to is
// FAILED_PRECONDITION
// (`supervisor.unsafe_directory`) with the command that mends it. `synced`: what was made outlives power loss.
// `parents` makes missing parents too.
Result<UniqueFd> open_private_directory(const std::string& path, Durability durability = Durability::lazy,
                                        bool parents = false);

}  // namespace status::supervisor
