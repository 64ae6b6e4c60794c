// Waku messages ⇄ the JSON of the library's functions and events (NIM_ABIS §1.3, §1.4). Any thread.
#pragma once

#include <optional>
#include <string>

#include "ipc/base/value.h"
#include "services/waku/message.h"

namespace status::waku::native {

// JSON of the library: as parse_json, with room for a payload of 1 MiB that is written as an array of numbers.
Result<Value> parse_library_json(std::string_view text);

// What `logosdelivery_send` takes: topic, payload and the ephemeral flag. The library adds a time stamp of its own.
std::string to_envelope(const WakuMessage& message);
// What `waku_relay_publish` takes: the whole message.
std::string to_relay_message(const WakuMessage& message);

// Either form in which the library gives one: bytes as base64, as an array of numbers, or as hex with 0x; numbers also
// as text. INVALID_ARGUMENT (`waku.invalid_message`) without a payload or topic, or for a value that is none of these.
Result<WakuMessage> from_message(const Value& json);

// A hash as hex, with or without 0x, or as an array of numbers.
std::optional<MessageHash> from_hash(const Value* json);

// A field that the library's runtime may wrap as an option: null where it is absent, null, or an option without a value.
const Value* present(const Value* json);
// A whole number, also as text.
std::optional<std::int64_t> from_number(const Value* json);

}  // namespace status::waku::native
