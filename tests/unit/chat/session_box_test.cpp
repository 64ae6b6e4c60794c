// The session box over an encryption that the test makes up: it knows no other.
#include "services/chat/engine/session_box.h"

#include <gtest/gtest.h>

#include "services/chat/store/identity_table.h"
#include "services/chat/store/schema.h"
#include "tests/unit/host/store_fixture.h"

namespace status::chat {
namespace {

// A message is its number, one byte, and the plaintext; the state is the number of the last one.
class CountingCipher final : public SessionCipher {
 public:
  explicit CountingCipher(std::uint8_t last) : last_(last) {}
  Result<Bytes> encrypt(ByteView plaintext) override {
    Bytes message{++last_};
    message.insert(message.end(), plaintext.begin(), plaintext.end());
    return message;
  }
  Result<Bytes> decrypt(ByteView message) override {
    if (message.empty() || message[0] <= last_) return fail(Code::already_exists, "chat.replayed", "seen");
    last_ = message[0];
    return to_bytes(message.subspan(1));
  }
  SecretBytes serialise() const override { return {last_}; }

 private:
  std::uint8_t last_;
};

class CountingFactory final : public SessionFactory {
 public:
  explicit CountingFactory(const PublicKey& self) : self_(self) {}
  Result<Initiation> initiate(const PrekeyBundle& peer) override {
    return Initiation{begin(), {self_, {}, peer.signed_prekey_id, peer.one_time_prekey_id}};
  }
  Result<NewSession> accept(const X3dhHeader&, const KeyPair& signed_prekey, const KeyPair* one_time_prekey) override {
    prekeys = {signed_prekey.public_key, one_time_prekey != nullptr ? one_time_prekey->public_key : PublicKey{}};
    return begin();
  }
  Result<std::unique_ptr<SessionCipher>> restore(ByteView state) override {
    if (state.size() != 1) return fail(Code::data_loss, "chat.bad_state", "not a number");
    return std::make_unique<CountingCipher>(state[0]);
  }
  std::array<PublicKey, 2> prekeys{};

 private:
  static NewSession begin() { return {std::make_unique<CountingCipher>(0), {"to initiator", "to responder"}}; }
  const PublicKey self_;
};

class Party {
 public:
  explicit Party(std::uint8_t name) : self({name}), factory(self), box(self, factory) {
    store::DatabaseOptions options;
    options.path = folder_.file("chat.db");
    database = store::Database::open(store::test_key(), options).value();
    EXPECT_TRUE(store::migrate(*database, migrations()));
  }
  // The conversation with a peer, made at the first call.
  tables::Conversation with(store::Transaction& tx, const PublicKey& peer) {
    const std::string name = conversation_id(self, peer);
    if (const auto found = tables::find_conversation(tx, std::string_view(name)).value()) return *found;
    tables::Conversation made;
    made.name = name;
    made.peer = peer;
    EXPECT_TRUE(tables::insert_conversation(tx, made));
    return made;
  }
  PrekeyBundle bundle(Random& random) {
    store::Transaction tx = database->write().value();
    PrekeyBundle out{self, 0, prekey(random).public_key, 0, prekey(random).public_key};
    out.signed_prekey_id = tables::add_prekey(tx, tables::PrekeyKind::signed_prekey, made_[0], 0, 1).value();
    out.one_time_prekey_id = tables::add_prekey(tx, tables::PrekeyKind::one_time, made_[1], 0, 1).value();
    EXPECT_TRUE(tx.commit());
    return out;
  }
  Sealed seal(const PublicKey& peer, const std::string& text) {
    store::Transaction tx = database->write().value();
    const Result<Sealed> sealed = box.seal(tx, with(tx, peer), {FrameKind::text, {}, 1, 0, text});
    EXPECT_TRUE(sealed) << sealed.error().describe();
    EXPECT_TRUE(tx.commit());
    return *sealed;
  }
  SecretBytes stored_state(const PublicKey& peer) {
    store::Transaction tx = database->write().value();
    return tables::session_to_send_in(tx, with(tx, peer).id).value().value().state;
  }

  const PublicKey self;
  CountingFactory factory;
  SessionBox box;
  std::unique_ptr<store::Database> database;

 private:
  KeyPair prekey(Random& random) { return made_.emplace_back(KeyPair::generate(random)); }
  store::TemporaryFolder folder_;
  std::vector<KeyPair> made_;
};

TEST(SessionBox, RunsWhateverItsFactoryMakes) {
  SeededRandom random(1);
  Party alice(1), bob(2);
  const PrekeyBundle bundle = bob.bundle(random);
  {
    store::Transaction tx = alice.database->write().value();
    const auto session = alice.box.initiate(tx, alice.with(tx, bob.self), bundle);
    ASSERT_TRUE(session) << session.error().describe();
    EXPECT_EQ(session->receive_topic, "to initiator");
    EXPECT_EQ(session->send_topic, "to responder");
    EXPECT_EQ(session->state, SecretBytes{0});
    ASSERT_TRUE(tx.commit());
  }
  const Sealed first = alice.seal(bob.self, "one");
  EXPECT_EQ(first.topic, bob.box.inbox_topic());
  EXPECT_EQ(alice.stored_state(bob.self), SecretBytes{1});
  const Sealed second = alice.seal(bob.self, "two");
  EXPECT_EQ(alice.stored_state(bob.self), SecretBytes{2});

  store::Transaction tx = bob.database->write().value();
  const auto opened = bob.box.open(tx, first.topic, first.payload);
  ASSERT_TRUE(opened) << opened.error().describe();
  ASSERT_TRUE(std::holds_alternative<Opened>(*opened)) << std::get<Rejected>(*opened).error.describe();
  Opened start = std::get<Opened>(*opened);
  EXPECT_TRUE(start.starts_session);
  EXPECT_EQ(start.peer, alice.self);
  EXPECT_EQ(start.session.receive_topic, "to responder");
  EXPECT_EQ(start.session.state, SecretBytes{1});
  EXPECT_EQ(parse_frame(start.plaintext)->text, "one");
  EXPECT_EQ(bob.factory.prekeys, (std::array{bundle.signed_prekey, bundle.one_time_prekey}));

  start.session.conversation = bob.with(tx, alice.self).id;
  ASSERT_TRUE(tables::insert_session(tx, start.session));
  const auto again = bob.box.open(tx, first.topic, first.payload);
  ASSERT_TRUE(again && std::holds_alternative<Rejected>(*again));
  EXPECT_EQ(std::get<Rejected>(*again).error.reason, "chat.replayed");
  const auto next = bob.box.open(tx, second.topic, second.payload);
  ASSERT_TRUE(next && std::holds_alternative<Opened>(*next));
  EXPECT_FALSE(std::get<Opened>(*next).starts_session);
  EXPECT_EQ(std::get<Opened>(*next).session.state, SecretBytes{2});
}

}  // namespace
}  // namespace status::chat
