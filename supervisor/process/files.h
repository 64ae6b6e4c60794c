// Small files and private directories, as the supervisor needs them. Any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"

namespace status::supervisor {

enum class Durability { lazy, synced };

// Replaces the file as a whole: readers see the old or the new text, also after a crash where `synced`. Mode 0600.
Status write_file(const std::string& path, std::string_view text, Durability durability);

// Makes the names in it outlive power loss.
Status sync_directory(const std::string& path);

// At most `limit` bytes of it. NOT_FOUND when it is not there.
Result<std::string> read_file(const std::string& path, std::size_t limit = 1 << 20);

// Appends the whole text, in spite of signals and short writes.
Status write_all(int fd, std::string_view text, std::string_view what);

// Makes the directory if it is missing (0700) and checks it through the returned descriptor: no symbolic link, ours,
// and closed to others. One that others could only look into is closed here; one that they could write to is
// FAILED_PRECONDITION
// (`supervisor.unsafe_directory`) with the command that mends it. `synced`: what was made outlives power loss.
// `parents` makes missing parents too.
Result<UniqueFd> open_private_directory(const std::string& path, Durability durability = Durability::lazy,
                                        bool parents = false);

}  // namespace status::supervisor
