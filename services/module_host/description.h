// What a library says of itself (status_module_describe), as an interface of ours; and its JSON as the wire's
// MessagePack. Immutable; any thread.
//
//   {"interface": "1.0", "title": "Sums",
//    "owner": {"team": "sums", "contact": "sums@example.org"},                    unless said: the module's name
//    "methods": [{"name": "add", "summary": "Adds two numbers.", "effect": "read" | "write",    unless said: read
//                 "params": SCHEMA, "result": SCHEMA,                             unless said: anything
//                 "errors": [{"code": "OUT_OF_RANGE", "reason": "too_big", "description": "Past 64 bits."}]}],
//    "events": [{"name": "added", "summary": "A sum was made.", "data": SCHEMA}]}
//
// At most 256 methods, and as many events. SCHEMA: the JSON Schema of an object, with the additions of ipc/api/schema.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ipc/api/interface.h"
#include "ipc/base/bytes.h"
#include "ipc/base/result.h"

namespace status::module_host {

// The interface under that module's name. Error: FAILED_PRECONDITION `module_host.bad_description`, which says where.
Result<std::unique_ptr<const api::Interface>> parse_description(std::string_view json, const std::string& module);

// Parameters as the library gets them. Errors: INVALID_ARGUMENT (schema_check.h), and those of broken MessagePack.
Result<std::string> params_to_json(const Value& schema, ByteView msgpack);
// A result, or the data of an event. Errors: INTERNAL `module_host.bad_json` (no JSON object), `ipc.invalid_result` (not
// what the schema says).
Result<Bytes> object_to_wire(const Value& schema, std::string_view json);

}  // namespace status::module_host
