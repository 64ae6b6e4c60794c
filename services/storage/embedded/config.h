// The settings of the embedded backend: `[storage.embedded]` of node.toml.
#pragma once

#include "ipc/base/value.h"
#include "services/storage/embedded/embedded_backend.h"

namespace status::storage {

// INVALID_ARGUMENT `storage.invalid_setting`, naming the key, for what is unknown or out of range.
Result<EmbeddedOptions> parse_options(const Value& settings);

}  // namespace status::storage
