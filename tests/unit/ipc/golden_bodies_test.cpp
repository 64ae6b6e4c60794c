// Stream requests and replies, and control lines, against the golden vectors.
#include <set>

#include "ipc/api/convert.h"
#include "ipc/api/stream_types.h"
#include "ipc/control/control_line.h"
#include "ipc/stream/page.h"
#include "tests/unit/ipc/golden.h"

namespace status::ipc {
namespace {

using namespace status::testing;

TEST(GoldenStreams, RequestsAreReadAndWritten) {
  for (const Value& vector : golden_vectors("streams.json", "requests")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const Bytes bytes = golden_bytes(vector);
    const Value decoded = golden_decoded(vector);
    const auto request = api::decode<api::StreamRequest>(bytes, api::Mode::strict);
    ASSERT_TRUE(request) << request.error().describe();
    EXPECT_EQ(request->max, decoded.uint_or("max", 100));
    EXPECT_EQ(request->wait_ms, decoded.uint_or("wait_ms", 0));
    EXPECT_EQ(request->coalesce, decoded.bool_or("coalesce", false));
    EXPECT_EQ(request->cursor.value_or("absent"), decoded.string_or("cursor", "absent"));
    EXPECT_EQ(request->consumer.value_or("absent"), decoded.string_or("consumer", "absent"));
    const Value* topics = decoded.find("topics");
    EXPECT_EQ(request->topics.size(), topics == nullptr ? 0U : topics->as_array()->size());
    if (vector.bool_or("canonical", false)) {
      EXPECT_EQ(to_hex(*api::encode(*request)), to_hex(bytes));
    }
  }
}

TEST(GoldenStreams, WrongRequestsNameTheKey) {
  for (const Value& vector : golden_vectors("streams.json", "requests_refused")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const auto request = api::decode<api::StreamRequest>(golden_bytes(vector), api::Mode::strict);
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().reason, "ipc.invalid_params");
    EXPECT_NE(request.error().message.find(vector.string_or("key", "?")), std::string::npos) << request.error().message;
  }
}

TEST(GoldenStreams, RepliesAreReadAndWritten) {
  for (const Value& vector : golden_vectors("streams.json", "replies")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const Bytes bytes = golden_bytes(vector);
    const Value decoded = golden_decoded(vector);
    const auto reply = api::decode<api::StreamReply>(bytes, api::Mode::lenient);
    ASSERT_TRUE(reply) << reply.error().describe();
    EXPECT_EQ(reply->cursor, decoded.string_or("cursor", ""));
    EXPECT_EQ(reply->lagged, decoded.uint_or("lagged", 0));
    EXPECT_EQ(reply->reset, decoded.bool_or("reset", false));
    const Value::Array& events = *decoded.find("events")->as_array();
    ASSERT_EQ(reply->events.size(), events.size());
    Page page;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const api::StreamEvent& event = reply->events[i];
      EXPECT_EQ(event.seq, events[i].uint_or("seq", 0));
      EXPECT_EQ(event.time_ms, events[i].int_or("time_ms", 0));
      EXPECT_EQ(event.topic, events[i].string_or("topic", ""));
      EXPECT_EQ(event.generation, events[i].uint_or("generation", 0));
      EXPECT_EQ(event.data, *events[i].find("data"));
      const Value* trace = events[i].find("trace");
      EXPECT_EQ(event.trace.value_or(HexBytes{}).bytes, trace == nullptr ? Bytes() : *trace->as_bytes());
      const Bytes data = encode_msgpack(event.data);
      page.add({.seq = event.seq,
                .time_ms = event.time_ms,
                .topic = event.topic,
                .generation = event.generation,
                .trace = event.trace ? Trace::unpack(event.trace->bytes) : std::nullopt,
                .data = data});
    }
    if (vector.bool_or("canonical", false)) {
      EXPECT_EQ(to_hex(page.encode(reply->cursor, reply->lagged, reply->reset)), to_hex(bytes));
    }
  }
}

template <class Message>
void expect_line(const Value& vector, const Result<Message>& message) {
  ASSERT_TRUE(message) << message.error().describe();
  const std::string line = vector.string_or("line", "");
  const std::string type = vector.string_or("type", "");
  const auto* unknown = std::get_if<control::Unknown>(&*message);
  EXPECT_EQ(unknown != nullptr, type == "later");
  EXPECT_EQ(parse_json(control::encode(*message))->string_or("type", ""), type);
  if (vector.bool_or("canonical", false)) {
    EXPECT_EQ(control::encode(*message), line + "\n");
  }
}

TEST(GoldenControlLines, AreReadAndWritten) {
  std::set<std::size_t> to;
  for (const Value& vector : golden_vectors("control_lines.json", "to_module")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const auto message = control::decode_to_module(vector.string_or("line", ""));
    expect_line(vector, message);
    if (message) to.insert(message->index());
  }
  EXPECT_EQ(to.size(), std::variant_size_v<control::ToModule>) << "one of each type, and an unknown one";
  std::set<std::size_t> from;
  for (const Value& vector : golden_vectors("control_lines.json", "from_module")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const auto message = control::decode_from_module(vector.string_or("line", ""));
    expect_line(vector, message);
    if (message) from.insert(message->index());
  }
  EXPECT_EQ(from.size(), std::variant_size_v<control::FromModule>);
}

TEST(GoldenControlLines, WrongOnesNameTheKey) {
  for (const Value& vector : golden_vectors("control_lines.json", "refused")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const std::string line = vector.string_or("line", "");
    const bool to_module = vector.string_or("direction", "") == "to";
    const std::string message =
        to_module ? control::decode_to_module(line).error().message : control::decode_from_module(line).error().message;
    EXPECT_NE(message.find(vector.string_or("key", "?")), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace status::ipc
