// Values against the JSON Schema that a library declares for them. What is looked at: `type`, `properties`, `required`,
// `items`, `additionalProperties: true`, and the words of ipc/api/schema.h for binary and 64-bit integers; all other
// words are for people. Any thread.
#pragma once

#include "ipc/api/convert.h"
#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::module_host {

// `value` as the wire has it. Errors as in ipc/api/convert.h: strict refuses unknown keys where properties are declared.
// Null is absence.
Status check_schema(const Value& schema, const Value& value, api::Mode mode);

}  // namespace status::module_host
