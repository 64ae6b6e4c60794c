#include "services/chat/protocol/frame.h"

#include "ipc/base/words.h"
#include "services/chat/crypto/byte_io.h"
#include "services/chat/protocol/limits.h"

namespace status::chat {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kPaddingMark = 0x80;  // ISO/IEC 7816-4: the mark, then zeroes

tl::unexpected<Error> bad_frame(std::string message) {
  return fail(Code::invalid_argument, "chat.bad_frame", std::move(message));
}

// Empty when there is no padding mark.
ByteView without_padding(ByteView bytes) {
  while (!bytes.empty() && bytes.back() == 0) bytes = bytes.first(bytes.size() - 1);
  if (bytes.empty() || bytes.back() != kPaddingMark) return {};
  return bytes.first(bytes.size() - 1);
}

bool read_received(ByteReader& in, SequenceSet& received) {
  const std::uint64_t contiguous = in.u64();
  const std::size_t count = in.u8();
  if (!in.ok() || count > kMaxAckRanges) return false;
  std::vector<SequenceRange> ranges(count);
  for (SequenceRange& range : ranges) {
    range.first = in.u64();
    range.last = in.u64();
  }
  if (!in.ok() || !SequenceSet::valid(contiguous, ranges)) return false;
  received = SequenceSet(contiguous, std::move(ranges));
  return true;
}

}  // namespace

Bytes encode_frame(const Frame& frame) {
  Bytes bytes;
  bytes.reserve(frame.text.size() + 2 * kFramePadding);
  ByteWriter out(bytes);
  out.u8(kVersion).u8(static_cast<std::uint8_t>(frame.kind)).u64(frame.received.contiguous());
  out.u8(static_cast<std::uint8_t>(frame.received.ranges().size()));
  for (const SequenceRange& range : frame.received.ranges()) out.u64(range.first).u64(range.last);
  if (frame.kind != FrameKind::acknowledgement) {
    out.u64(frame.sequence).u64(static_cast<std::uint64_t>(frame.sent_ms));
  }
  if (frame.kind == FrameKind::text) {
    out.u16(static_cast<std::uint16_t>(frame.text.size())).bytes(as_bytes(frame.text));
  }
  out.u8(kPaddingMark);
  bytes.resize((bytes.size() + kFramePadding - 1) / kFramePadding * kFramePadding);
  return bytes;
}

Result<Frame> parse_frame(ByteView bytes) {
  if (bytes.empty() || bytes.size() % kFramePadding != 0) return bad_frame("the size is no multiple of the padding");
  ByteReader in(without_padding(bytes));
  const std::uint8_t version = in.u8();
  const std::uint8_t kind = in.u8();
  if (!in.ok()) return bad_frame("the padding is broken");
  if (version != kVersion) return bad_frame("the frame is of version " + std::to_string(version));
  if (kind < 1 || kind > 3) return bad_frame("the frame is of kind " + std::to_string(kind));
  Frame frame;
  frame.kind = static_cast<FrameKind>(kind);
  if (!read_received(in, frame.received)) return bad_frame("the acknowledgement is broken");
  if (frame.kind != FrameKind::acknowledgement) {
    frame.sequence = in.u64();
    const std::uint64_t sent_ms = in.u64();
    if (frame.sequence == 0 || frame.sequence > kMaxInteger || sent_ms > kMaxInteger) {
      return bad_frame("the sequence number or the time is out of range");
    }
    frame.sent_ms = static_cast<std::int64_t>(sent_ms);
  }
  if (frame.kind == FrameKind::text) {
    frame.text = as_text(in.bytes(in.u16()));
    const std::size_t code_points = count_code_points(frame.text).value_or(0);
    if (code_points == 0 || code_points > kMaxTextCodePoints)
      return bad_frame("the text is empty, too long or not UTF-8");
  }
  if (!in.complete()) return bad_frame("the frame is cut or has bytes left over");
  return frame;
}

}  // namespace status::chat
