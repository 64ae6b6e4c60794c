// What can be said about a node whose gateway does not answer: the lock and the files that statusd leaves.
#pragma once

#include <cstdint>
#include <string>

#include "ipc/base/value.h"

namespace status::cli {

struct NodePlace;

// Of the statusd that holds <data-dir>/lock; 0 when none does.
std::int64_t running_statusd(const NodePlace& place);

// A module's newest transitions, at most `count`, oldest first, as logs/statusd.log has them: [{time_ms, generation,
// module, from, to, cause}].
Value::Array logged_transitions(const NodePlace& place, const std::string& module, std::size_t count);

}  // namespace status::cli
