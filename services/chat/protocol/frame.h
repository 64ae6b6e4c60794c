// What is inside an encrypted message: a text, or the opening of a conversation, with an acknowledgement; or an
// acknowledgement alone. Plain values, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "ipc/base/result.h"
#include "services/chat/protocol/sequence_set.h"

namespace status::chat {

enum class FrameKind : std::uint8_t {
  acknowledgement = 1,  // carries no sequence number and is not acknowledged itself
  opening = 2,          // tells the peer that the conversation exists; has a sequence number, shows nothing
  text = 3,
};

struct Frame {
  FrameKind kind = FrameKind::acknowledgement;
  SequenceSet received;        // of the other direction, at most kMaxAckRanges ranges
  std::uint64_t sequence = 0;  // from 1, per conversation and direction, opening and text alike
  std::int64_t sent_ms = 0;    // Unix milliseconds by the sender's clock: for display only
  std::string text;            // UTF-8, 1 … kMaxTextCodePoints code points
};

// Padded to a multiple of kFramePadding bytes.
Bytes encode_frame(const Frame& frame);

// Bytes of an authenticated but untrusted peer. INVALID_ARGUMENT `chat.bad_frame`.
Result<Frame> parse_frame(ByteView bytes);

}  // namespace status::chat
