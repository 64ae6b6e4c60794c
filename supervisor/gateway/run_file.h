// The small files that a gateway leaves for the one after it, in its run directory and in its profile folder.
#pragma once

#include <optional>
#include <string>

#include "ipc/base/bytes.h"
#include "ipc/base/result.h"

namespace status::gateway {

// Replaces the file as a whole, mode 0600: a reader, and whoever comes after a kill, finds the old or the new content.
// It is not synced: another start of the machine is another run of the node. False when it cannot be written; the old
// one stays then. An empty path is no file. One thread a file.
bool replace_run_file(const std::string& path, ByteView content);

// The same for a file of the profile folder: on the disk, with its name, before this returns. Errors of the system.
Status replace_kept_file(const std::string& path, ByteView content);

// Empty when it is not there.
std::optional<Bytes> read_run_file(const std::string& path);

}  // namespace status::gateway
