// The formats of PROTOCOL.md against the vectors of an independent program, and against input that is cut or broken.
#include <gtest/gtest.h>

#include "services/chat/protocol/address.h"
#include "services/chat/protocol/envelope.h"
#include "services/chat/protocol/frame.h"
#include "services/chat/protocol/introduction.h"
#include "services/chat/protocol/limits.h"
#include "tests/unit/chat/fixture.h"

namespace status::chat {
namespace {

using test::at;
using test::bytes;
using test::items;
using test::public_key;
using test::text;

std::uint64_t number(const Value& map, std::string_view key) { return at(map, key).as_uint64().value(); }

class Protocol : public testing::Test {
 protected:
  const Value fixture_ = test::read_fixture("protocol.json");
};

TEST_F(Protocol, IntroductionsAreWrittenAndReadLikeTheVectors) {
  const Value::Array& vectors = items(at(fixture_, "introductions"), "good");
  ASSERT_EQ(vectors.size(), 3u);
  for (const Value& vector : vectors) {
    Introduction expected;
    expected.bundle.identity = public_key(vector, "identity");
    expected.bundle.signed_prekey_id = static_cast<std::uint32_t>(number(vector, "signed_prekey_id"));
    expected.bundle.signed_prekey = public_key(vector, "signed_prekey");
    expected.bundle.one_time_prekey_id = static_cast<std::uint32_t>(number(vector, "one_time_prekey_id"));
    expected.bundle.one_time_prekey = public_key(vector, "one_time_prekey");
    expected.expires_ms = static_cast<std::int64_t>(number(vector, "expires_ms"));
    const IdentityKeyPair issuer = IdentityKeyPair::from_seed(test::secret(vector, "seed"));
    EXPECT_EQ(encode_introduction(expected, issuer), text(vector, "text"));
    const Result<Introduction> read = parse_introduction(" \n" + text(vector, "text") + "\r\n");
    ASSERT_TRUE(read) << read.error().describe();
    EXPECT_EQ(encode_introduction(*read, issuer), text(vector, "text"));
    EXPECT_EQ(read->bundle.identity, expected.bundle.identity);
  }
}

TEST_F(Protocol, BrokenIntroductionsSayWhatIsWrong) {
  const Value::Array& vectors = items(at(fixture_, "introductions"), "bad");
  ASSERT_GT(vectors.size(), 20u);
  for (const Value& vector : vectors) {
    const Result<Introduction> read = parse_introduction(text(vector, "text"));
    ASSERT_FALSE(read) << text(vector, "text");
    EXPECT_EQ(read.error().reason, text(vector, "reason")) << text(vector, "text");
    EXPECT_EQ(read.error().code, Code::invalid_argument);
  }
}

TEST_F(Protocol, AnIntroductionCutAnywhereIsRefused) {
  const std::string whole = text(items(at(fixture_, "introductions"), "good")[1], "text");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_introduction(std::string_view(whole).substr(0, size))) << size;
  }
}

TEST_F(Protocol, ExpiryToleratesClocksThatDifferByAnHour) {
  Introduction introduction;
  introduction.expires_ms = 1'700'000'000'000;
  EXPECT_TRUE(check_expiry(introduction, introduction.expires_ms + 3'600'000));
  const Status late = check_expiry(introduction, introduction.expires_ms + kClockToleranceMs + 1);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "chat.introduction_expired");
}

TEST_F(Protocol, AddressesAndIds) {
  const Value& vector = at(fixture_, "addresses");
  const PublicKey initiator = public_key(vector, "initiator");
  const PublicKey responder = public_key(vector, "responder");
  X3dhAgreement agreement;
  agreement.shared_key = test::secret(vector, "shared_key");
  const X3dhHeader header{initiator, public_key(vector, "ephemeral"), 3, 4};
  EXPECT_EQ(inbox_topic(responder), text(vector, "inbox_of_responder"));
  EXPECT_EQ(session_topics(agreement).initiator, text(vector, "topic_of_initiator"));
  EXPECT_EQ(session_topics(agreement).responder, text(vector, "topic_of_responder"));
  EXPECT_EQ(to_hex(session_id(header, responder)), text(vector, "session_id"));
  const std::string conversation = conversation_id(initiator, responder);
  EXPECT_EQ(conversation, text(vector, "conversation_id"));
  EXPECT_EQ(conversation_id(responder, initiator), conversation);
  EXPECT_EQ(to_hex(message_id(conversation, initiator, 1)), text(vector, "message_id_1_of_initiator"));
  EXPECT_NE(message_id(conversation, initiator, 1), message_id(conversation, responder, 1));
}

TEST_F(Protocol, Envelopes) {
  for (const Value& vector : items(at(fixture_, "envelopes"), "good")) {
    const Bytes encoded = bytes(vector, "bytes");
    const Result<Envelope> read = parse_envelope(encoded);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->message, bytes(vector, "message"));
    EXPECT_EQ(encode_envelope(*read), encoded);
    ASSERT_EQ(read->invitation.has_value(), vector.find("identity") != nullptr);
    if (read->invitation) {
      const X3dhHeader expected{public_key(vector, "identity"), public_key(vector, "ephemeral"), 5, 0};
      EXPECT_EQ(*read->invitation, expected);
      for (std::size_t size = 0; size < 74; ++size) EXPECT_FALSE(parse_envelope(ByteView(encoded).first(size)));
    }
  }
  const Value::Array& bad = items(at(fixture_, "envelopes"), "bad");
  ASSERT_EQ(bad.size(), 6u);
  for (const Value& vector : bad) {
    const Result<Envelope> read = parse_envelope(from_hex(*vector.as_string()).value());
    ASSERT_FALSE(read) << *vector.as_string();
    EXPECT_EQ(read.error().reason, "chat.bad_envelope");
  }
}

TEST_F(Protocol, Frames) {
  const Value::Array& good = items(at(fixture_, "frames"), "good");
  ASSERT_EQ(good.size(), 8u);
  for (const Value& vector : good) {
    const Bytes encoded = bytes(vector, "bytes");
    const Result<Frame> read = parse_frame(encoded);
    ASSERT_TRUE(read) << read.error().describe();
    EXPECT_EQ(static_cast<std::uint64_t>(read->kind), number(vector, "kind"));
    EXPECT_EQ(std::to_string(read->received.contiguous()), text(vector, "contiguous"));
    std::vector<SequenceRange> ranges;
    for (const Value& range : items(vector, "ranges")) {
      const Value::Array& ends = *range.as_array();
      ranges.push_back({std::stoull(*ends[0].as_string()), std::stoull(*ends[1].as_string())});
    }
    EXPECT_EQ(read->received.ranges(), ranges);
    EXPECT_EQ(read->sequence, number(vector, "sequence"));
    EXPECT_EQ(static_cast<std::uint64_t>(read->sent_ms), number(vector, "sent_ms"));
    EXPECT_EQ(read->text, text(vector, "text"));
    EXPECT_EQ(encode_frame(*read), encoded);
  }
}

TEST_F(Protocol, BrokenFrames) {
  const Value::Array& bad = items(at(fixture_, "frames"), "bad");
  ASSERT_EQ(bad.size(), 21u);
  for (const Value& vector : bad) {
    const Result<Frame> read = parse_frame(bytes(vector, "bytes"));
    ASSERT_FALSE(read) << text(vector, "why");
    EXPECT_EQ(read.error().reason, "chat.bad_frame");
  }
}

TEST_F(Protocol, AFrameCutAnywhereIsRefused) {
  for (const Value& vector : items(at(fixture_, "frames"), "good")) {
    const Bytes whole = bytes(vector, "bytes");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ASSERT_FALSE(parse_frame(ByteView(whole).first(size))) << size;
    }
  }
}

TEST_F(Protocol, AFrameCutAnywhereAndPaddedAgainIsRefused) {
  Frame frame{FrameKind::text, SequenceSet(7, {{9, 12}}), 3, 5, "hello"};
  const Bytes whole = encode_frame(frame);
  const std::size_t body = 11 + 16 + 18 + 5;
  for (std::size_t size = 0; size < body; ++size) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    cut.push_back(0x80);
    cut.resize(kFramePadding);
    ASSERT_FALSE(parse_frame(cut)) << size;
  }
}

}  // namespace
}  // namespace status::chat
