// Folders and the durability of names in them.
#pragma once

#include <string>

#include "ipc/base/result.h"

namespace status::host {

// The folder part of a path: "." for a bare name.
std::string folder_of(const std::string& path);

// fsync of the folder that holds `path`, so that a created, linked or renamed name survives power loss.
Status sync_folder_of(const std::string& path);

}  // namespace status::host
