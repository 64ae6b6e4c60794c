// WakuMessage ⇄ its Protocol Buffers encoding (specs: 14/WAKU2-MESSAGE):
//   1 payload bytes · 2 content_topic string · 3 version uint32 · 10 timestamp sint64 · 11 meta bytes · 21 proof bytes
//   · 31 ephemeral bool.
// Written by hand: one flat message of seven fields is less code than a generator, its run-time library (2 MiB
// resident) and a build step would bring into every process. Any thread.
#pragma once

#include <cstddef>

#include "services/waku/message.h"

namespace status::waku {

// Payload and content topic always, the others only where they differ from the default.
Bytes encode_message(const WakuMessage& message);

// Unknown fields are skipped, the last of a repeated field counts, as Protocol Buffers ask. Errors: RESOURCE_EXHAUSTED
// `waku.message_too_large` above `max_bytes`; INVALID_ARGUMENT `waku.invalid_message` when truncated, of a wrong wire
// type, without payload or content topic, or with more than kMaxMetaBytes of meta. The content topic's grammar is not
// checked here.
Result<WakuMessage> decode_message(ByteView encoded, std::size_t max_bytes);

}  // namespace status::waku
