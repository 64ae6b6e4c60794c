#include "services/waku/message.h"

#include <sodium.h>

#include <algorithm>

#include "services/waku/big_endian.h"

namespace status::waku {

MessageHash message_hash(std::string_view pubsub_topic, const WakuMessage& message) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  const auto update = [&state](ByteView part) { crypto_hash_sha256_update(&state, part.data(), part.size()); };
  update(as_bytes(pubsub_topic));
  update(message.payload);
  update(as_bytes(message.content_topic));
  update(message.meta);
  update(big_endian(static_cast<std::uint64_t>(message.timestamp_ns)));
  MessageHash hash;
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

std::string to_text(const MessageHash& hash) { return "0x" + to_hex(hash); }

Result<MessageHash> hash_from_bytes(ByteView bytes) {
  MessageHash hash;
  if (bytes.size() != hash.size()) {
    return fail(Code::invalid_argument, "waku.invalid_hash",
                "a message hash has 32 bytes, not " + std::to_string(bytes.size()));
  }
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

}  // namespace status::waku
