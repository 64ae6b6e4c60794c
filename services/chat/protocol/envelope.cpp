#include "services/chat/protocol/envelope.h"

#include "services/chat/crypto/byte_io.h"

namespace status::chat {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kInvitation = 1;
constexpr std::uint8_t kMessage = 2;

tl::unexpected<Error> bad_envelope(std::string message) {
  return fail(Code::invalid_argument, "chat.bad_envelope", std::move(message));
}

}  // namespace

Bytes encode_envelope(const Envelope& envelope) {
  Bytes payload;
  ByteWriter out(payload);
  out.u8(kVersion).u8(envelope.invitation ? kInvitation : kMessage);
  if (const auto& header = envelope.invitation) {
    out.bytes(header->identity).bytes(header->ephemeral);
    out.u32(header->signed_prekey_id).u32(header->one_time_prekey_id);
  }
  out.bytes(envelope.message);
  return payload;
}

Result<Envelope> parse_envelope(ByteView payload) {
  ByteReader in(payload);
  const std::uint8_t version = in.u8();
  const std::uint8_t kind = in.u8();
  if (!in.ok()) return bad_envelope("the payload is empty or cut");
  if (version != kVersion) return bad_envelope("the payload is of protocol version " + std::to_string(version));
  if (kind != kInvitation && kind != kMessage) return bad_envelope("the payload is of kind " + std::to_string(kind));
  Envelope envelope;
  if (kind == kInvitation) {
    X3dhHeader header;
    header.identity = in.array<PublicKey>();
    header.ephemeral = in.array<PublicKey>();
    header.signed_prekey_id = in.u32();
    header.one_time_prekey_id = in.u32();
    envelope.invitation = header;
  }
  envelope.message = to_bytes(in.rest());
  if (!in.ok() || envelope.message.empty()) return bad_envelope("the payload is cut");
  return envelope;
}

}  // namespace status::chat
