// The secret of a node on disk: `<data-dir>/node.key`, 32 random bytes that all database keys are derived from.
#pragma once

#include <string>

#include "ipc/base/random.h"
#include "ipc/base/result.h"
#include "services/host/secret.h"

namespace status::keys {

inline constexpr std::size_t kNodeKeyBytes = 32;

// Reads the file, or fills it where it is empty or missing (statusd leaves an empty one, whose name it has synced: keys
// may do nothing in that folder): durable before this returns, and empty again when that fails. Two at once end with
// one key. Errors: PERMISSION_DENIED (`keys.unsafe_node_key`) for another owner, a mode that lets others in, a link or
// no regular file, with the command that mends it; FAILED_PRECONDITION (`keys.bad_node_key`) for another length or all
// zeroes; `os.error` from the system. A file with something in it is never written to.
Result<host::SecretBytes> load_or_create_node_key(const std::string& path, Random& random);

}  // namespace status::keys
