// A small file that is either the old one or the new one after a crash. Any thread, one writer per path.
#pragma once

#include <string>

#include "ipc/base/result.h"

namespace status::waku::mesh {

// Written beside with mode 0600, synced, renamed, folder synced. Errors: those of the file system.
Status write_durable_file(const std::string& path, ByteView content);

}  // namespace status::waku::mesh
