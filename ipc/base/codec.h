// Value ⇄ MessagePack, JSON, TOML. Each codec lives in one .cpp file, the only one that sees its library's headers. Any
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status {

// What an untrusted document may contain (WIRE.md section 2); checked before anything is allocated for it.
struct DecodeLimits {
  std::size_t depth = 32;
  std::size_t entries = 65'536;  // of one map or array
  // Of the whole document: without it 16 MiB of one-byte items would become 800 MiB of values.
  std::size_t values = 1'048'576;
};

// One MessagePack document. Errors: INVALID_ARGUMENT (`ipc.bad_encoding`) for truncated, trailing or unknown bytes,
// duplicate or non-string keys; RESOURCE_EXHAUSTED (`ipc.limit`) past a limit.
Result<Value> decode_msgpack(ByteView bytes, const DecodeLimits& limits = {});
void encode_msgpack(const Value& value, Bytes& out);  // appends
Bytes encode_msgpack(const Value& value);

// One JSON document. Integers stay integers; a number with a point or exponent is a double.
Result<Value> parse_json(std::string_view text, const DecodeLimits& limits = {});
// Compact, or indented by two. Bytes become padded base64; invalid UTF-8 is replaced, never refused.
std::string to_json(const Value& value, bool pretty = false);

// One TOML document; every value carries its line. `name` is what errors call it ("node.toml:12: ...").
Result<Value> parse_toml(std::string_view text, std::string_view name);
Result<Value> read_toml_file(const std::string& path);

// The nearest of `known` within an edit distance of three, for "unknown key `wakuu`: did you mean `waku`?". Empty when
// nothing is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace status
