// JSON ⇄ wire by an OpenRPC document. statusctl and the web side know an interface only as the document that
// `_sys.describe` returned; with it, texts become what the wire wants and back: padded base64 ⇄ bytes, "0x" hex ⇄
// bytes, decimal strings ⇄ 64-bit integers. Any thread.
//
// What the document does not describe (an unknown key, a wrong type) passes unchanged: the module's own answer is the
// better error.
#pragma once

#include <string_view>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::api {

// Parameters as a person wrote them → the params map of the wire. Errors: UNIMPLEMENTED `ipc.unknown_method` with the
// nearest known one; INVALID_ARGUMENT `ipc.invalid_params`, naming the key, for broken base64, hex or decimal text.
Result<Value> request_to_wire(const Value& document, std::string_view method, const Value& params);

// The wire's result → JSON values. The events of a stream are mapped by their topics, as far as the document declares
// them.
Value result_to_json(const Value& document, std::string_view method, const Value& result);

// The data of one event, by its full topic: for streams that merge several modules.
Value event_to_json(const Value& document, std::string_view topic, const Value& data);

// The entry under `methods`; null when there is none.
const Value* find_method(const Value& document, std::string_view method);

// The two directions for one schema. Broken text names `place` in the error.
Result<Value> to_wire_form(const Value& schema, const Value& json, const std::string& place);
Value to_json_form(const Value& schema, const Value& wire);

}  // namespace status::api
