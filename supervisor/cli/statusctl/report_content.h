// What a report about a node is made of: from its files, and from the node where it answers. One thread.
#pragma once

#include "ipc/base/value.h"
#include "supervisor/cli/statusctl/commands.h"

namespace status::cli {

// Nothing is redacted yet but settings, and nothing that is known to be secret was read: no key, no credential, no
// database, no message. Keys: report_version, made_ms, programs, host, node, configuration, manifests, transitions,
// crash_records, logs, metrics. What could not be had is an `error` in its place.
Value report_content(const Shell& shell);

}  // namespace status::cli
