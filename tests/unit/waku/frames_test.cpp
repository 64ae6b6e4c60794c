#include "services/waku/mesh/frames.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "ipc/base/codec.h"
#include "ipc/base/random.h"
#include "services/waku/message_codec.h"

namespace status::waku::mesh {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t byte) {
  std::array<std::uint8_t, N> out;
  out.fill(byte);
  return out;
}

Bytes sample_message() {
  WakuMessage message;
  message.payload = {0xca, 0xfe};
  message.content_topic = "/a/1/b/proto";
  message.timestamp_ns = 1'700'000'000'000'000'000;
  return encode_message(message);
}

// What the vectors of MESH.md say. `message` outlives the frames.
std::map<std::string, Frame> samples(const Bytes& message) {
  const PageEntry entry{1500, 3, message};
  return {
      {"hello", Hello{1, 16, 8, 153600, 0x0102030405060708, 1'700'000'000'123, filled<16>(0xaa), "status-mesh/1"}},
      {"goodbye", Goodbye{12, "there is a link already"}},
      {"ping", Ping{7}},
      {"pong", Pong{7}},
      {"relayed", Relayed{258, 1500, 3, message}},
      {"ack", Ack{Outcome::stored, 259, filled<32>(0xbb)}},
      {"catch_up", CatchUp{1, filled<16>(0xaa), 258, 259200}},
      {"page", Page{1, filled<16>(0xaa), 260, true, {entry, entry}}},
      {"page_empty", Page{2, filled<16>(0xaa), 300, false, {}}},
      {"query", Query{3, 20, true, 1'000, 2'000, filled<32>(0xcc), {"/a/1/b/proto"}}},
      {"query_plain", Query{4, 100, false, {}, {}, {}, {}}},
      {"query_result", QueryResult{3, 0, "", filled<32>(0xdd), {entry}}},
      {"query_failed", QueryResult{4, 4, "the message of the cursor is gone", {}, {}}},
  };
}

Result<Frame> decode_whole(ByteView frame) { return decode_frame(frame[4], frame.subspan(kFrameHeaderBytes)); }

Value read_vectors() {
  std::ifstream file(STATUS_FIXTURES "/mesh/frames.json");
  std::stringstream text;
  text << file.rdbuf();
  const Result<Value> parsed = parse_json(text.str());
  EXPECT_TRUE(parsed) << "tests/fixtures/mesh/frames.json";
  return parsed ? *parsed : Value();
}

TEST(MeshFrames, MatchTheCommittedVectors) {
  const Bytes message = sample_message();
  const std::map<std::string, Frame> frames = samples(message);
  const Value vectors = read_vectors();
  ASSERT_NE(vectors.as_map(), nullptr);
  EXPECT_EQ(vectors.as_map()->size(), frames.size());
  for (const auto& [name, frame] : frames) EXPECT_EQ(to_hex(encode_frame(frame)), vectors.string_or(name, "")) << name;
}

TEST(MeshFrames, DecodingAndEncodingAgainGivesTheSameBytes) {
  const Value vectors = read_vectors();
  for (const auto& [name, hex] : *vectors.as_map()) {
    const Bytes bytes = *from_hex(*hex.as_string());
    const Result<Frame> frame = decode_whole(bytes);
    ASSERT_TRUE(frame) << name << ": " << frame.error().describe();
    EXPECT_EQ(to_hex(encode_frame(*frame)), *hex.as_string()) << name;
  }
}

TEST(MeshFrames, EveryTruncationIsRefused) {
  const Bytes message = sample_message();
  for (const auto& [name, frame] : samples(message)) {
    if (name == "relayed") continue;  // its tail is the message, which has its own check
    const Bytes bytes = encode_frame(frame);
    for (std::size_t size = kFrameHeaderBytes; size < bytes.size(); ++size) {
      const Result<Frame> decoded = decode_whole(ByteView(bytes).first(size));
      ASSERT_FALSE(decoded) << name << " cut to " << size;
      EXPECT_EQ(decoded.error().reason, "waku.bad_frame");
    }
  }
}

TEST(MeshFrames, AGreetingMayGrowOthersMayNot) {
  const Bytes message = sample_message();
  for (const auto& [name, frame] : samples(message)) {
    if (name == "relayed") continue;
    Bytes bytes = encode_frame(frame);
    bytes.push_back(0);
    EXPECT_EQ(decode_whole(bytes).has_value(), name == "hello") << name;
  }
}

TEST(MeshFrames, LimitsHold) {
  const auto refused = [](const Frame& frame) { return !decode_whole(encode_frame(frame)); };
  EXPECT_TRUE(refused(Query{1, 0}));
  EXPECT_TRUE(refused(Query{1, 101}));
  EXPECT_TRUE(refused(Query{1, 1, true, {}, {}, {}, std::vector<std::string>(101, "/a/1/b/c")}));
  EXPECT_TRUE(refused(Page{1, {}, 0, false, std::vector<PageEntry>(kPageMessages + 1)}));
  Bytes ack = encode_frame(Ack{});
  ack[kFrameHeaderBytes] = 3;
  EXPECT_FALSE(decode_whole(ack));
  Bytes page = encode_frame(Page{});
  page[kFrameHeaderBytes + 4 + 16 + 8] = 2;  // `more` is neither 0 nor 1
  EXPECT_FALSE(decode_whole(page));
}

TEST(MeshFrames, TypesFromTheFutureAreRecognisedAsSuch) {
  for (const int type : {0, 11, 255}) {
    const Result<Frame> frame = decode_frame(static_cast<std::uint8_t>(type), {});
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, Code::unimplemented);
  }
}

TEST(MeshFrames, NoiseIsDecodedOrRefused) {
  SeededRandom random(77);  // replayable: the seed is the constant
  std::size_t decoded = 0;
  for (int round = 0; round < 20'000; ++round) {
    Bytes noise(random.next64() % 96);
    random.fill(noise);
    const auto type = static_cast<std::uint8_t>(1 + random.next64() % 10);
    if (const Result<Frame> frame = decode_frame(type, noise)) ++decoded, encode_frame(*frame);
  }
  EXPECT_GT(decoded, 0U);
}

}  // namespace
}  // namespace status::waku::mesh
