// What the file of a database has to be before SQLCipher is let near it. Private to the store.
#pragma once

#include <string>

#include "ipc/base/result.h"

namespace status::store {

// How a plain SQLite file begins (sqlite.org/fileformat.html, section 1.3); an encrypted one begins with a random salt.
inline constexpr char kPlaintextMagic[16] = {'S', 'Q', 'L', 'i', 't', 'e', ' ', 'f',
                                             'o', 'r', 'm', 'a', 't', ' ', '3', '\0'};

// Makes `path` a file that only its owner can reach: creates the last folder (0700) and the file (0600, O_EXCL, both
// made durable) where they are missing, and takes away modes that are too wide. Errors, all with what to type:
// PERMISSION_DENIED
// (`store.unsafe_path`) for a folder or file of another user, a symbolic link, no regular file, or a folder that others
// may write to; FAILED_PRECONDITION (`store.plaintext`) for a file that is an unencrypted database. Must run before
// this process has the file open: closing any descriptor of a file drops the process's POSIX locks on it.
Status prepare_file(const std::string& path);

}  // namespace status::store
