// Small files that are replaced as a whole, and the durability of names. Any thread; one writer per path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/result.h"

namespace status {

// `synced`: what is written, and its name, outlive power loss once the call has returned.
enum class Durability : std::uint8_t { lazy, synced };

// Readers, and whoever comes after a crash, find the old or the new text, never a part; after power loss only where
// `synced`. Mode 0600. On an error the old file is as it was and nothing is left beside it; only when the sync of the
// folder failed it is the new one already. Errors of the system, with the path.
Status replace_file(const std::string& path, std::string_view text, Durability durability);

// At most `limit` bytes of it. NOT_FOUND when it is not there.
Result<std::string> read_file(const std::string& path, std::size_t limit = 1 << 20);

// Appends the whole text, in spite of signals and short writes. `what` is what errors call the file.
Status write_all(int fd, std::string_view text, std::string_view what);

// The folder part of a path: "." for a bare name.
std::string folder_of(const std::string& path);

// Makes the names in it outlive power loss.
Status sync_folder(const std::string& folder);
// The same for the folder that holds `path`, after it was created, linked or renamed.
Status sync_folder_of(const std::string& path);

}  // namespace status
