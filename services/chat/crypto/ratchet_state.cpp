#include "services/chat/crypto/ratchet_state.h"

#include <algorithm>

#include "services/chat/crypto/byte_io.h"

namespace status::chat {
namespace {

constexpr std::uint8_t kStateVersion = 1;
constexpr std::uint8_t kHasRemote = 1;
constexpr std::uint8_t kHasSending = 2;
constexpr std::uint8_t kHasReceiving = 4;
constexpr std::uint8_t kFlags = kHasRemote | kHasSending | kHasReceiving;

using Writer = ByteWriter<SecretBytes>;

void write_chain(Writer& out, const std::optional<RatchetChain>& chain) {
  if (chain) out.bytes(chain->key.view()).u32(chain->next);
}

Key read_key(ByteReader& in) {
  const ByteView bytes = in.bytes(Key::size());
  return in.ok() ? Key::from(bytes) : Key();
}

std::optional<RatchetChain> read_chain(ByteReader& in, bool present) {
  if (!present) return std::nullopt;
  RatchetChain chain;
  chain.key = read_key(in);
  chain.next = in.u32();
  return chain;
}

// The ratchet keys that occur in `skipped`, each once, in order of first occurrence: they are stored once and referred
// to by index.
std::vector<PublicKey> chains_of(const std::vector<SkippedKey>& skipped) {
  std::vector<PublicKey> out;
  for (const SkippedKey& entry : skipped) {
    if (std::find(out.rbegin(), out.rend(), entry.chain) == out.rend()) out.push_back(entry.chain);
  }
  return out;
}

void write_skipped(Writer& out, const std::vector<SkippedKey>& skipped) {
  const std::vector<PublicKey> chains = chains_of(skipped);
  out.u16(static_cast<std::uint16_t>(chains.size()));
  for (const PublicKey& chain : chains) out.bytes(chain);
  out.u16(static_cast<std::uint16_t>(skipped.size()));
  std::size_t index = 0;
  for (const SkippedKey& entry : skipped) {
    // Those of a chain stand together.
    if (chains[index] != entry.chain) {
      index = static_cast<std::size_t>(std::find(chains.begin(), chains.end(), entry.chain) - chains.begin());
    }
    out.u16(static_cast<std::uint16_t>(index)).u32(entry.number).u64(entry.stored_at).bytes(entry.key.view());
  }
}

bool all_differ(std::vector<PublicKey> chains) {
  std::ranges::sort(chains);
  return std::ranges::adjacent_find(chains) == chains.end();
}

bool read_skipped(ByteReader& in, std::vector<SkippedKey>& skipped) {
  std::vector<PublicKey> chains(in.u16());
  for (PublicKey& chain : chains) chain = in.array<PublicKey>();
  const std::size_t count = in.u16();
  std::size_t occurred = 0;  // so many chains have, in their order
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::size_t index = in.u16();
    if (index >= chains.size() || index > occurred) return false;
    occurred = std::max(occurred, index + 1);
    SkippedKey entry;
    entry.chain = chains[index];
    entry.number = in.u32();
    entry.stored_at = in.u64();
    entry.key = read_key(in);
    skipped.push_back(std::move(entry));
  }
  return in.ok() && occurred == chains.size() && all_differ(std::move(chains));
}

}  // namespace

SecretBytes serialise(const RatchetState& state) {
  const RatchetCore& core = state.core;
  SecretBytes bytes;
  bytes.reserve(320 + state.skipped.size() * 78);  // never grows, so that no half-filled copy is left behind
  Writer out(bytes);
  out.u8(kStateVersion).bytes(core.associated_data).bytes(core.root.view()).bytes(core.self.secret.view());
  out.u8(static_cast<std::uint8_t>((core.remote ? kHasRemote : 0) | (core.sending ? kHasSending : 0) |
                                   (core.receiving ? kHasReceiving : 0)));
  if (core.remote) out.bytes(*core.remote);
  write_chain(out, core.sending);
  write_chain(out, core.receiving);
  out.u32(core.previous_length).u64(core.decrypted);
  write_skipped(out, state.skipped);
  return bytes;
}

Result<RatchetState> parse_ratchet_state(ByteView bytes) {
  ByteReader in(bytes);
  RatchetState state;
  RatchetCore& core = state.core;
  const std::uint8_t version = in.u8();
  core.associated_data = in.array<std::array<std::uint8_t, 64>>();
  core.root = read_key(in);
  core.self = KeyPair::from_secret(read_key(in));
  const std::uint8_t flags = in.u8();
  if (flags & kHasRemote) core.remote = in.array<PublicKey>();
  core.sending = read_chain(in, flags & kHasSending);
  core.receiving = read_chain(in, flags & kHasReceiving);
  core.previous_length = in.u32();
  core.decrypted = in.u64();
  if (!read_skipped(in, state.skipped) || !in.complete() || version != kStateVersion || (flags & ~kFlags) != 0) {
    return fail(Code::data_loss, "chat.bad_state", "a stored session state cannot be read");
  }
  return state;
}

}  // namespace status::chat
