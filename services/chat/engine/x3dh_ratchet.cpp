#include "services/chat/engine/x3dh_ratchet.h"

#include "services/chat/crypto/double_ratchet.h"

namespace status::chat {
namespace {

std::unique_ptr<SessionCipher> boxed(DoubleRatchet ratchet) {
  return std::make_unique<DoubleRatchet>(std::move(ratchet));
}

}  // namespace

Result<Initiation> X3dhRatchet::initiate(const PrekeyBundle& peer) {
  const Result<X3dhInitiation> agreed = x3dh_initiate(identity_, peer, random_);
  if (!agreed) return fail(agreed.error());
  Result<DoubleRatchet> ratchet = DoubleRatchet::initiator(agreed->agreement, peer.signed_prekey, random_, limits_);
  if (!ratchet) return fail(ratchet.error());
  return Initiation{{boxed(std::move(*ratchet)), session_topics(agreed->agreement)}, agreed->header};
}

Result<NewSession> X3dhRatchet::accept(const X3dhHeader& invitation, const KeyPair& signed_prekey,
                                       const KeyPair* one_time_prekey) {
  const Result<X3dhAgreement> agreement = x3dh_respond(identity_, signed_prekey, one_time_prekey, invitation);
  if (!agreement) return fail(agreement.error());
  return NewSession{boxed(DoubleRatchet::responder(*agreement, signed_prekey, random_, limits_)),
                    session_topics(*agreement)};
}

Result<std::unique_ptr<SessionCipher>> X3dhRatchet::restore(ByteView state) {
  Result<DoubleRatchet> ratchet = DoubleRatchet::restore(state, random_, limits_);
  if (!ratchet) return fail(ratchet.error());
  return boxed(std::move(*ratchet));
}

}  // namespace status::chat
