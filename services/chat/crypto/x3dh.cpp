#include "services/chat/crypto/x3dh.h"

namespace status::chat {
namespace {

constexpr std::string_view kInfo = "status-chat/1 x3dh";

// The concatenation F || DH1 || DH2 || DH3 [|| DH4] of section 2.2 and 3.3.
class KeyMaterial {
 public:
  KeyMaterial() : bytes_(32, 0xff) { bytes_.reserve(5 * 32); }

  Status add(const Key& secret, const PublicKey& peer) {
    Result<Key> shared = x25519(secret, peer);
    if (!shared) return fail(std::move(shared.error()));
    bytes_.insert(bytes_.end(), shared->data(), shared->data() + Key::size());
    return {};
  }

  X3dhAgreement finish(const PublicKey& initiator, const PublicKey& responder) const {
    X3dhAgreement out;
    hkdf_sha256({}, bytes_, kInfo, out.shared_key.span());
    std::copy(initiator.begin(), initiator.end(), out.associated_data.begin());
    std::copy(responder.begin(), responder.end(), out.associated_data.begin() + 32);
    return out;
  }

 private:
  SecretBytes bytes_;
};

}  // namespace

Result<X3dhInitiation> x3dh_initiate(const IdentityKeyPair& self, const PrekeyBundle& peer, Random& random) {
  const Result<PublicKey> peer_identity = agreement_key(peer.identity);
  if (!peer_identity) return fail(peer_identity.error());
  const KeyPair ephemeral = KeyPair::generate(random);

  KeyMaterial material;
  if (Status s = material.add(self.agreement_pair().secret, peer.signed_prekey); !s) return fail(s.error());
  if (Status s = material.add(ephemeral.secret, *peer_identity); !s) return fail(s.error());
  if (Status s = material.add(ephemeral.secret, peer.signed_prekey); !s) return fail(s.error());
  if (peer.one_time_prekey_id != 0) {
    if (Status s = material.add(ephemeral.secret, peer.one_time_prekey); !s) return fail(s.error());
  }
  return X3dhInitiation{
      material.finish(self.public_key, peer.identity),
      {self.public_key, ephemeral.public_key, peer.signed_prekey_id, peer.one_time_prekey_id},
  };
}

Result<X3dhAgreement> x3dh_respond(const IdentityKeyPair& self, const KeyPair& signed_prekey,
                                   const KeyPair* one_time_prekey, const X3dhHeader& header) {
  const Result<PublicKey> peer_identity = agreement_key(header.identity);
  if (!peer_identity) return fail(peer_identity.error());

  KeyMaterial material;
  if (Status s = material.add(signed_prekey.secret, *peer_identity); !s) return fail(s.error());
  if (Status s = material.add(self.agreement_pair().secret, header.ephemeral); !s) return fail(s.error());
  if (Status s = material.add(signed_prekey.secret, header.ephemeral); !s) return fail(s.error());
  if (one_time_prekey != nullptr) {
    if (Status s = material.add(one_time_prekey->secret, header.ephemeral); !s) return fail(s.error());
  }
  return material.finish(header.identity, self.public_key);
}

}  // namespace status::chat
