#include "services/chat/crypto/double_ratchet.h"

#include <limits>

#include "services/chat/crypto/byte_io.h"

namespace status::chat {
namespace {

constexpr std::string_view kRootInfo = "status-chat/1 ratchet";
constexpr std::string_view kMessageInfo = "status-chat/1 message";

struct Header {
  PublicKey ratchet_key{};
  std::uint32_t previous_length = 0;
  std::uint32_t number = 0;
};

// KDF_RK: advances the root key and gives the key of a new chain.
Result<RatchetChain> next_chain(Key& root, const KeyPair& self, const PublicKey& remote) {
  const Result<Key> shared = x25519(self.secret, remote);
  if (!shared) return fail(shared.error());
  Secret<64> out;
  hkdf_sha256(root.view(), shared->view(), kRootInfo, out.span());
  root = Key::from(out.view().first(32));
  return RatchetChain{Key::from(out.view().last(32)), 0};
}

// KDF_CK: advances the chain and gives the key of its next message.
Key next_message_key(RatchetChain& chain) {
  constexpr std::uint8_t kMessageConstant = 1;
  constexpr std::uint8_t kChainConstant = 2;
  Key message_key = hmac_sha256(chain.key.view(), {ByteView(&kMessageConstant, 1)});
  chain.key = hmac_sha256(chain.key.view(), {ByteView(&kChainConstant, 1)});
  ++chain.next;
  return message_key;
}

struct MessageSecrets {
  explicit MessageSecrets(const Key& message_key) {
    Secret<Key::size() + kAeadNonceSize> out;
    hkdf_sha256({}, message_key.view(), kMessageInfo, out.span());
    key = Key::from(out.view());
    nonce = AeadNonce::from(out.view().subspan(Key::size()));
  }
  Key key;
  AeadNonce nonce;
};

// CONCAT(AD, header): both have a fixed length, so the concatenation is unambiguous.
Bytes authenticated(const RatchetCore& core, ByteView header) {
  Bytes out = to_bytes(core.associated_data);
  out.insert(out.end(), header.begin(), header.end());
  return out;
}

std::optional<Bytes> open(const RatchetCore& core, const Key& message_key, ByteView message) {
  const MessageSecrets secrets(message_key);
  return aead_open(secrets.key, secrets.nonce, message.subspan(kRatchetHeaderSize),
                   authenticated(core, message.first(kRatchetHeaderSize)));
}

tl::unexpected<Error> undecryptable() {
  return fail(Code::unauthenticated, "chat.undecryptable",
              "the message was changed, belongs to another session, or its key has expired");
}

// SkipMessageKeys: keeps the keys of the receiving chain up to `until`.
Status skip(RatchetCore& core, std::uint32_t until, std::uint32_t limit, std::vector<SkippedKey>& fresh) {
  if (!core.receiving || until <= core.receiving->next) return {};
  if (until - core.receiving->next > limit) {
    return fail(Code::out_of_range, "chat.too_far_ahead", "too many messages are missing before this one");
  }
  while (core.receiving->next < until) {
    const std::uint32_t number = core.receiving->next;
    fresh.push_back({*core.remote, number, core.decrypted, next_message_key(*core.receiving)});
  }
  return {};
}

// DHRatchet: the peer has a new ratchet key, so both chains start anew.
Status turn(RatchetCore& core, const PublicKey& remote, Random& random) {
  core.previous_length = core.sending ? core.sending->next : 0;
  core.remote = remote;
  Result<RatchetChain> receiving = next_chain(core.root, core.self, remote);
  if (!receiving) return undecryptable();
  core.receiving = std::move(*receiving);
  core.self = KeyPair::generate(random);
  Result<RatchetChain> sending = next_chain(core.root, core.self, remote);
  if (!sending) return undecryptable();
  core.sending = std::move(*sending);
  return {};
}

}  // namespace

Result<DoubleRatchet> DoubleRatchet::initiator(const X3dhAgreement& agreement, const PublicKey& peer_signed_prekey,
                                               Random& random, const RatchetLimits& limits) {
  RatchetState state;
  state.core.associated_data = agreement.associated_data;
  state.core.root = agreement.shared_key;
  state.core.self = KeyPair::generate(random);
  state.core.remote = peer_signed_prekey;
  Result<RatchetChain> sending = next_chain(state.core.root, state.core.self, peer_signed_prekey);
  if (!sending) return fail(sending.error());
  state.core.sending = std::move(*sending);
  return DoubleRatchet(std::move(state), random, limits);
}

DoubleRatchet DoubleRatchet::responder(const X3dhAgreement& agreement, const KeyPair& signed_prekey, Random& random,
                                       const RatchetLimits& limits) {
  RatchetState state;
  state.core.associated_data = agreement.associated_data;
  state.core.root = agreement.shared_key;
  state.core.self = signed_prekey;
  return DoubleRatchet(std::move(state), random, limits);
}

Result<DoubleRatchet> DoubleRatchet::restore(ByteView serialised, Random& random, const RatchetLimits& limits) {
  Result<RatchetState> state = parse_ratchet_state(serialised);
  if (!state) return fail(state.error());
  return DoubleRatchet(std::move(*state), random, limits);
}

Result<Bytes> DoubleRatchet::encrypt(ByteView plaintext) {
  RatchetCore& core = state_.core;
  if (!core.sending || core.sending->next == std::numeric_limits<std::uint32_t>::max()) {
    return fail(Code::failed_precondition, "chat.session_not_ready", "the session cannot send before it has received");
  }
  Bytes message;
  message.reserve(plaintext.size() + kRatchetOverhead);
  ByteWriter(message).bytes(core.self.public_key).u32(core.previous_length).u32(core.sending->next);
  const MessageSecrets secrets(next_message_key(*core.sending));
  const Bytes sealed = aead_seal(secrets.key, secrets.nonce, plaintext, authenticated(core, message));
  message.insert(message.end(), sealed.begin(), sealed.end());
  return message;
}

Result<Bytes> DoubleRatchet::decrypt(ByteView message) {
  if (message.size() < kRatchetOverhead) {
    return fail(Code::invalid_argument, "chat.bad_message", "the message is shorter than its header");
  }
  ByteReader in(message);
  Header header;
  header.ratchet_key = in.array<PublicKey>();
  header.previous_length = in.u32();
  header.number = in.u32();

  for (auto entry = state_.skipped.begin(); entry != state_.skipped.end(); ++entry) {
    if (entry->number != header.number || entry->chain != header.ratchet_key) continue;
    std::optional<Bytes> plaintext = open(state_.core, entry->key, message);
    if (!plaintext) return undecryptable();
    state_.skipped.erase(entry);
    accept({});
    return std::move(*plaintext);
  }

  RatchetCore trial = state_.core;
  std::vector<SkippedKey> fresh;
  if (trial.remote != header.ratchet_key || !trial.receiving) {
    if (Status s = skip(trial, header.previous_length, limits_.skip_per_step, fresh); !s) return fail(s.error());
    if (Status s = turn(trial, header.ratchet_key, *random_); !s) return fail(s.error());
  } else if (header.number < trial.receiving->next) {
    return fail(Code::already_exists, "chat.replayed", "this message of the chain was decrypted before");
  }
  if (Status s = skip(trial, header.number, limits_.skip_per_step, fresh); !s) return fail(s.error());
  std::optional<Bytes> plaintext = open(trial, next_message_key(*trial.receiving), message);
  if (!plaintext) return undecryptable();
  state_.core = std::move(trial);
  accept(std::move(fresh));
  return std::move(*plaintext);
}

// Counts a decrypted message, keeps the keys that it revealed and forgets those that are too old or too many.
void DoubleRatchet::accept(std::vector<SkippedKey> fresh) {
  std::vector<SkippedKey>& skipped = state_.skipped;
  const std::uint64_t now = ++state_.core.decrypted;
  for (SkippedKey& entry : fresh) skipped.push_back(std::move(entry));
  const std::size_t excess = skipped.size() > limits_.skipped_keys ? skipped.size() - limits_.skipped_keys : 0;
  auto keep = skipped.begin() + static_cast<std::ptrdiff_t>(excess);
  while (keep != skipped.end() && now - keep->stored_at > limits_.skipped_lifetime) ++keep;
  skipped.erase(skipped.begin(), keep);
}

}  // namespace status::chat
