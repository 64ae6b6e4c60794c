#include "services/chat/metered_sessions.h"

#include <utility>

namespace status::chat {
namespace {

class MeteredCipher final : public SessionCipher {
 public:
  MeteredCipher(std::unique_ptr<SessionCipher> cipher, host::BackendGate& gate)
      : cipher_(std::move(cipher)), gate_(gate) {}

  Result<Bytes> encrypt(ByteView plaintext) override {
    return gate_.call("encrypt", [&] { return cipher_->encrypt(plaintext); });
  }
  Result<Bytes> decrypt(ByteView message) override {
    return gate_.call("decrypt", [&] { return cipher_->decrypt(message); });
  }
  SecretBytes serialise() const override { return cipher_->serialise(); }

 private:
  const std::unique_ptr<SessionCipher> cipher_;
  host::BackendGate& gate_;
};

}  // namespace

std::unique_ptr<SessionCipher> MeteredSessions::metered(std::unique_ptr<SessionCipher> cipher) {
  return std::make_unique<MeteredCipher>(std::move(cipher), gate_);
}

Result<Initiation> MeteredSessions::initiate(const PrekeyBundle& peer) {
  Result<Initiation> begun = gate_.call("initiate", [&] { return sessions_.initiate(peer); });
  if (begun) begun->cipher = metered(std::move(begun->cipher));
  return begun;
}

Result<NewSession> MeteredSessions::accept(const X3dhHeader& invitation, const KeyPair& signed_prekey,
                                           const KeyPair* one_time_prekey) {
  Result<NewSession> begun =
      gate_.call("accept", [&] { return sessions_.accept(invitation, signed_prekey, one_time_prekey); });
  if (begun) begun->cipher = metered(std::move(begun->cipher));
  return begun;
}

Result<std::unique_ptr<SessionCipher>> MeteredSessions::restore(ByteView state) {
  Result<std::unique_ptr<SessionCipher>> restored = gate_.call("restore", [&] { return sessions_.restore(state); });
  if (restored) *restored = metered(std::move(*restored));
  return restored;
}

}  // namespace status::chat
