// Described structs as JSON Schema. Any thread.
//
// Beyond the standard words: `contentEncoding: base64` for bytes, `format: hex` for "0x" + hex, `format: int64|uint64`
// on a *string* for integers that may pass 2^53, `x-min-bytes`/`x-max-bytes` for lengths that are not counted in
// characters.
#pragma once

#include "ipc/api/fields.h"
#include "ipc/base/value.h"

namespace status::api {

// {"type": "object", "properties": …, "required": …}
Value object_schema(const Table& table);
// The schema of one field, with its description, limits and default.
Value field_schema(const Table& table, const FieldInfo& field);

}  // namespace status::api
