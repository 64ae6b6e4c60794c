// Hostile and broken input from the network.
#include <gtest/gtest.h>

#include "services/chat/crypto/double_ratchet.h"
#include "services/chat/protocol/envelope.h"
#include "services/chat/protocol/introduction.h"
#include "tests/unit/chat/chat_network.h"
#include "tests/unit/chat/fixture.h"

namespace status::chat {
namespace {

using namespace std::chrono_literals;
using test::Network;
using test::Node;

// A party that speaks the protocol by hand, and so can break it.
class Stranger {
 public:
  Stranger(const std::string& introduction, std::uint64_t seed) : random_(seed) {
    identity_ = IdentityKeyPair::generate(random_);
    bundle_ = parse_introduction(introduction).value().bundle;
    begin();
  }
  void begin() {
    const X3dhInitiation initiation = x3dh_initiate(identity_, bundle_, random_).value();
    header_ = initiation.header;
    ratchet_ = std::make_unique<DoubleRatchet>(
        DoubleRatchet::initiator(initiation.agreement, bundle_.signed_prekey, random_).value());
  }
  Bytes invitation(ByteView plaintext) { return encode_envelope({header_, ratchet_->encrypt(plaintext).value()}); }
  Bytes text(std::uint64_t sequence, const std::string& content) {
    return invitation(encode_frame({FrameKind::text, {}, sequence, 0, content}));
  }
  std::string inbox() const { return inbox_topic(bundle_.identity); }
  std::string conversation() const { return conversation_id(identity_.public_key, bundle_.identity); }
  X3dhHeader& header() { return header_; }

 private:
  SeededRandom random_;
  IdentityKeyPair identity_;
  PrekeyBundle bundle_;
  X3dhHeader header_;
  std::unique_ptr<DoubleRatchet> ratchet_;
};

class ChatInboundTest : public testing::Test {
 protected:
  std::string reason_of(const std::string& topic, const Bytes& payload) {
    const std::size_t before = bob_.events.size();
    bob_.arrive(topic, payload);
    if (bob_.events.size() == before || bob_.events.back().name != "inbound_error") return "";
    return bob_.events.back().data.string_or("reason", "");
  }
  // Everything but the notes about errors and the cursor.
  std::string state() { return bob_.dump({"inbound_errors", "stream_cursor", "sqlite_sequence"}); }

  Network network_{12};
  Node& bob_ = network_.add("bob");
  Stranger stranger_{bob_.introduce(), 1};
};

TEST_F(ChatInboundTest, GarbageIsNotedAndPassedOver) {
  const std::uint64_t seed = test::test_seed();
  SeededRandom random(seed);
  const std::string before = state();
  for (int i = 0; i < 300; ++i) {
    Bytes payload(random.next64() % 400);
    random.fill(payload);
    if (payload.size() > 2 && i % 2 == 0) payload[0] = 1, payload[1] = static_cast<std::uint8_t>(1 + i % 3);
    EXPECT_NE(reason_of(stranger_.inbox(), payload), "");
  }
  EXPECT_EQ(state(), before);
  EXPECT_EQ(reason_of("/status-chat/1/000000000000000000000000/proto", {1, 2, 3}), "chat.unknown_topic");
  const auto page = bob_.chat().errors({}, {}).value();
  EXPECT_EQ(page.errors.size(), 20u);
  EXPECT_EQ(page.errors[0].reason, "chat.unknown_topic");
  ASSERT_TRUE(page.cursor);
  EXPECT_EQ(bob_.chat().errors({page.cursor, 200}, {}).value().errors.size(), 200u);
}

TEST_F(ChatInboundTest, AnInvitationThatIsCutOrChangedAnywhereChangesNothing) {
  const Bytes good = stranger_.text(1, "hello");
  const std::string before = state();
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_NE(reason_of(stranger_.inbox(), Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))), "");
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes changed = good;
    changed[at] ^= 1;
    ASSERT_NE(reason_of(stranger_.inbox(), changed), "") << at;
  }
  EXPECT_EQ(state(), before);
  EXPECT_EQ(reason_of(stranger_.inbox(), good), "");
  EXPECT_EQ(bob_.texts(stranger_.conversation()), (std::vector<std::string>{"hello"}));
}

TEST_F(ChatInboundTest, ADuplicateIsDroppedAndAcknowledgedAgain) {
  const Bytes payload = stranger_.text(1, "hello");
  bob_.arrive(stranger_.inbox(), payload);
  network_.run_for(5s);
  const std::size_t sent = network_.sent.size();
  EXPECT_EQ(sent, 1u);
  const std::string before = state();
  for (int i = 0; i < 50; ++i) bob_.arrive(stranger_.inbox(), payload);
  EXPECT_EQ(state(), before);
  network_.run_for(5s);
  EXPECT_EQ(network_.sent.size(), sent + 1);
  EXPECT_EQ(bob_.events_named("message_received").size(), 1u);
  EXPECT_TRUE(bob_.events_named("inbound_error").empty());
}

TEST_F(ChatInboundTest, TheSameSequenceNumberInAnotherSessionIsADuplicate) {
  bob_.arrive(stranger_.inbox(), stranger_.text(1, "hello"));
  stranger_.begin();
  bob_.arrive(stranger_.inbox(), stranger_.text(1, "hello"));
  bob_.arrive(stranger_.inbox(), stranger_.text(2, "again"));
  EXPECT_EQ(bob_.texts(stranger_.conversation()), (std::vector<std::string>{"hello", "again"}));
}

TEST_F(ChatInboundTest, WhatBelongsElsewhereIsRefused) {
  Bytes payload = stranger_.text(1, "hello");
  const auto topic = [&] {
    store::Transaction tx = bob_.database().read().value();
    return tables::receive_topics(tx).value();
  };
  bob_.arrive(stranger_.inbox(), payload);
  ASSERT_EQ(topic().size(), 1u);
  EXPECT_EQ(reason_of(topic()[0], stranger_.text(2, "x")), "chat.bad_envelope") << "an invitation on a session's topic";
  payload[1] = 2;
  EXPECT_EQ(reason_of(stranger_.inbox(), payload), "chat.bad_envelope") << "a message in the inbox";
}

TEST_F(ChatInboundTest, UnknownAndSpentPrekeysAreRefused) {
  stranger_.header().signed_prekey_id = 77;
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.text(1, "x")), "chat.unknown_prekey");
  const std::string single = bob_.introduce(true);
  Stranger first(single, 2);
  Stranger second(single, 3);
  EXPECT_EQ(reason_of(first.inbox(), first.text(1, "x")), "");
  EXPECT_EQ(reason_of(second.inbox(), second.text(1, "x")), "chat.unknown_prekey");
  EXPECT_EQ(reason_of(first.inbox(), first.text(2, "y")), "") << "the session of the first goes on";
}

TEST_F(ChatInboundTest, AFrameThatIsBrokenUsesUpItsKeyAndNothingElse) {
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.invitation(Bytes(128, 7))), "chat.bad_frame");
  EXPECT_TRUE(bob_.chat().list_conversations({}, {}).value().conversations.empty());
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.text(1, "one")), "");
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.invitation(Bytes(128, 7))), "chat.bad_frame");
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.text(2, "two")), "");
  EXPECT_EQ(bob_.texts(stranger_.conversation()), (std::vector<std::string>{"one", "two"}));
}

TEST_F(ChatInboundTest, SequenceNumbersFarAheadAndTooManyIslandsAreRefusedUntilTheGapsAreClosed) {
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.text(1, "one")), "");
  const Bytes far = stranger_.text(1 + 16'385, "far");
  EXPECT_EQ(reason_of(stranger_.inbox(), far), "chat.bad_sequence");
  for (std::uint64_t i = 1; i <= 256; ++i) {
    ASSERT_EQ(reason_of(stranger_.inbox(), stranger_.text(1 + 2 * i, "island")), "") << i;
  }
  const Bytes island = stranger_.text(1 + 2 * 257, "last island");
  const std::string before = state();
  EXPECT_EQ(reason_of(stranger_.inbox(), island), "chat.bad_sequence");
  EXPECT_EQ(state(), before);
  EXPECT_EQ(bob_.texts(stranger_.conversation()).size(), 1u);

  // The same bytes again, once there is room for them.
  for (std::uint64_t i = 1; i <= 257; ++i) {
    ASSERT_EQ(reason_of(stranger_.inbox(), stranger_.text(2 * i, "between")), "") << i;
  }
  EXPECT_EQ(reason_of(stranger_.inbox(), island), "");
  EXPECT_EQ(bob_.texts(stranger_.conversation()).size(), 515u);
  EXPECT_EQ(bob_.texts(stranger_.conversation()).back(), "last island");
  EXPECT_EQ(reason_of(stranger_.inbox(), far), "");
  network_.run_for(61s);
  EXPECT_EQ(bob_.texts(stranger_.conversation()).back(), "far");
}

TEST_F(ChatInboundTest, AnInvitationThatIsRefusedForItsNumberLeavesNothingBehind) {
  const std::string before = state();
  const Bytes far = stranger_.text(16'385, "far");
  EXPECT_EQ(reason_of(stranger_.inbox(), far), "chat.bad_sequence");
  EXPECT_EQ(state(), before);
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.text(1, "one")), "");
  EXPECT_EQ(reason_of(stranger_.inbox(), far), "");
}

TEST_F(ChatInboundTest, MoreHeldBackThanAllowedGivesTheGapUp) {
  for (std::uint64_t i = 2; i <= 1'001; ++i) bob_.arrive(stranger_.inbox(), stranger_.text(i, "held"));
  EXPECT_TRUE(bob_.events_named("message_missing").empty());
  bob_.arrive(stranger_.inbox(), stranger_.text(1'002, "one too many"));
  ASSERT_EQ(bob_.events_named("message_missing").size(), 1u);
  EXPECT_EQ(bob_.texts(stranger_.conversation()).size(), 1'001u);
}

TEST_F(ChatInboundTest, OnePeerCannotStartSessionsWithoutEnd) {
  for (std::uint64_t i = 1; i <= 8; ++i, stranger_.begin()) {
    ASSERT_EQ(reason_of(stranger_.inbox(), stranger_.text(i, "x")), "") << i;
  }
  EXPECT_EQ(reason_of(stranger_.inbox(), stranger_.text(9, "x")), "chat.too_many_sessions");
}

TEST_F(ChatInboundTest, ThereAreNoMoreSessionsThanTheNetworkModuleListensFor) {
  ChatConfig config;
  config.inbound.all_sessions = 2;
  Node& carol = network_.add("carol", 0ms, config);
  carol.converse_with(bob_.introduce());
  for (std::uint64_t i = 1; i <= 2; ++i) {
    Stranger stranger(carol.introduce(), 20 + i);
    carol.arrive(stranger.inbox(), stranger.text(1, "x"));
  }
  ASSERT_EQ(carol.events_named("inbound_error").size(), 1u);
  EXPECT_EQ(carol.events_named("inbound_error")[0].data.string_or("reason", ""), "chat.node_full");
  Node& dave = network_.add("dave");
  EXPECT_EQ(carol.chat().create_conversation({dave.introduce()}, {}).error().reason, "chat.node_full");
  EXPECT_EQ(carol.chat().list_conversations({}, {})->conversations.size(), 2u);
}

TEST_F(ChatInboundTest, StrangersCannotStartConversationsWithoutEnd) {
  ChatConfig config;
  config.inbound.conversations = 2;
  Node& carol = network_.add("carol", 0ms, config);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    Stranger stranger(carol.introduce(), 10 + i);
    carol.arrive(stranger.inbox(), stranger.text(1, "x"));
  }
  EXPECT_EQ(carol.events_named("conversation_created").size(), 2u);
  ASSERT_EQ(carol.events_named("inbound_error").size(), 1u);
  EXPECT_EQ(carol.events_named("inbound_error")[0].data.string_or("reason", ""), "chat.too_many_conversations");
}

}  // namespace
}  // namespace status::chat
