// Replays the conversations that an independent program made from the specifications
// (tests/fixtures/chat/make_transcripts.py): what we send is what it sent, byte for byte, and we decrypt what it
// encrypted.
#include <gtest/gtest.h>

#include <map>

#include "services/chat/crypto/double_ratchet.h"
#include "tests/unit/chat/fixture.h"

namespace status::chat {
namespace {

using test::at;
using test::bytes;
using test::public_key;
using test::secret;
using test::text;

class Party {
 public:
  Party(DoubleRatchet ratchet, Random& random) : ratchet_(std::move(ratchet)), random_(random) {}

  // Each step starts from a restored state, so that the stored form is proven on the way.
  DoubleRatchet& ratchet() {
    ratchet_ = DoubleRatchet::restore(ratchet_.serialise(), random_).value();
    return ratchet_;
  }

 private:
  DoubleRatchet ratchet_;
  Random& random_;
};

void replay_step(const Value& step, DoubleRatchet& ratchet) {
  const std::string op = text(step, "op");
  if (op == "send") {
    const Result<Bytes> message = ratchet.encrypt(bytes(step, "plaintext"));
    ASSERT_TRUE(message);
    if (step.find("message") != nullptr) {
      ASSERT_EQ(to_hex(*message), text(step, "message"));
    }
  } else if (op == "receive") {
    const Result<Bytes> plaintext = ratchet.decrypt(bytes(step, "message"));
    ASSERT_TRUE(plaintext) << plaintext.error().describe();
    ASSERT_EQ(to_hex(*plaintext), text(step, "plaintext"));
  } else {
    const SecretBytes before = ratchet.serialise();
    ASSERT_FALSE(ratchet.decrypt(bytes(step, "message")));
    ASSERT_EQ(ratchet.serialise(), before);
  }
}

void replay(const Value& document) {
  SCOPED_TRACE(text(document, "name"));
  const Value& alice = at(document, "alice");
  const Value& bob = at(document, "bob");
  const Value& x3dh = at(document, "x3dh");
  test::ScriptedRandom alice_random(test::items(alice, "random"));
  test::ScriptedRandom bob_random(test::items(bob, "random"));

  const IdentityKeyPair alice_identity = IdentityKeyPair::from_seed(secret(alice, "seed"));
  const IdentityKeyPair bob_identity = IdentityKeyPair::from_seed(secret(bob, "seed"));
  ASSERT_EQ(to_hex(alice_identity.public_key), text(alice, "identity"));
  ASSERT_EQ(to_hex(agreement_key(bob_identity.public_key).value()), text(bob, "agreement"));

  const KeyPair signed_prekey = KeyPair::from_secret(secret(bob, "signed_prekey"));
  std::optional<KeyPair> one_time_prekey;
  PrekeyBundle bundle{bob_identity.public_key, 1, signed_prekey.public_key, 0, {}};
  if (!at(bob, "one_time_prekey").is_null()) {
    one_time_prekey = KeyPair::from_secret(secret(bob, "one_time_prekey"));
    bundle.one_time_prekey_id = 2;
    bundle.one_time_prekey = one_time_prekey->public_key;
  }

  const Result<X3dhInitiation> initiation = x3dh_initiate(alice_identity, bundle, alice_random);
  ASSERT_TRUE(initiation);
  ASSERT_EQ(to_hex(initiation->header.ephemeral), text(x3dh, "ephemeral"));
  ASSERT_EQ(to_hex(initiation->agreement.shared_key.view()), text(x3dh, "shared_key"));
  ASSERT_EQ(to_hex(initiation->agreement.associated_data), text(x3dh, "associated_data"));
  const Result<X3dhAgreement> response =
      x3dh_respond(bob_identity, signed_prekey, one_time_prekey ? &*one_time_prekey : nullptr, initiation->header);
  ASSERT_TRUE(response);
  ASSERT_EQ(response->shared_key, initiation->agreement.shared_key);

  std::map<std::string, Party> parties;
  Result<DoubleRatchet> initiator =
      DoubleRatchet::initiator(initiation->agreement, signed_prekey.public_key, alice_random);
  ASSERT_TRUE(initiator);
  parties.emplace("alice", Party(std::move(*initiator), alice_random));
  parties.emplace("bob", Party(DoubleRatchet::responder(*response, signed_prekey, bob_random), bob_random));
  std::size_t number = 0;
  for (const Value& step : test::items(document, "steps")) {
    SCOPED_TRACE("step " + std::to_string(number++));
    replay_step(step, parties.at(text(step, "by")).ratchet());
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_TRUE(alice_random.used_up());
  EXPECT_TRUE(bob_random.used_up());
}

TEST(Transcripts, EveryConversationOfTheIndependentProgram) {
  const Value fixture = test::read_fixture("transcripts.json");
  const Value::Array& conversations = test::items(fixture, "conversations");
  EXPECT_EQ(conversations.size(), 10u);
  for (const Value& conversation : conversations) replay(conversation);
}

}  // namespace
}  // namespace status::chat
