#include "services/chat/protocol/address.h"

#include <algorithm>

#include "services/chat/crypto/byte_io.h"

namespace status::chat {
namespace {

constexpr std::size_t kAddressSize = 12;
constexpr std::string_view kBefore = "/status-chat/1/";
constexpr std::string_view kAfter = "/proto";

std::string content_topic(ByteView address) { return std::string(kBefore) + to_hex(address) + std::string(kAfter); }

std::array<std::uint8_t, 16> id(std::initializer_list<ByteView> parts) {
  const Digest digest = sha256(parts);
  std::array<std::uint8_t, 16> out;
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::string session_topic(const X3dhAgreement& agreement, std::string_view info) {
  std::array<std::uint8_t, kAddressSize> address;
  hkdf_sha256({}, agreement.shared_key.view(), info, address);
  return content_topic(address);
}

}  // namespace

bool is_chat_topic(std::string_view topic) {
  return topic.size() == kBefore.size() + 2 * kAddressSize + kAfter.size() && topic.starts_with(kBefore) &&
         topic.ends_with(kAfter);
}

std::string inbox_topic(const PublicKey& identity) {
  return content_topic(ByteView(sha256({as_bytes("status-chat/1 inbox"), identity})).first(kAddressSize));
}

SessionTopics session_topics(const X3dhAgreement& agreement) {
  return {session_topic(agreement, "status-chat/1 topic of initiator"),
          session_topic(agreement, "status-chat/1 topic of responder")};
}

SessionId session_id(const X3dhHeader& header, const PublicKey& responder) {
  Bytes prekeys;
  ByteWriter(prekeys).u32(header.signed_prekey_id).u32(header.one_time_prekey_id);
  return id({as_bytes("status-chat/1 session"), header.identity, responder, header.ephemeral, prekeys});
}

std::string conversation_id(const PublicKey& one, const PublicKey& other) {
  return to_hex(id({as_bytes("status-chat/1 conversation"), std::min(one, other), std::max(one, other)}));
}

MessageId message_id(std::string_view conversation, const PublicKey& sender, std::uint64_t sequence) {
  Bytes number;
  ByteWriter(number).u64(sequence);
  return id({as_bytes("status-chat/1 message id"), as_bytes(conversation), sender, number});
}

}  // namespace status::chat
