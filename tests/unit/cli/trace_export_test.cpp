// Recorded calls and steps of messages in the formats of other tools.
#include "supervisor/cli/statusctl/trace_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace status::cli {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
const std::string kCall(32, 'a');
const std::string kHash = std::string(32, 'b') + std::string(32, 'c');

Value record(const std::string& module, const std::string& side, const std::string& method, const std::string& peer,
             const std::string& span, std::uint64_t begin_ms, std::uint64_t total_ms) {
  return Value::map({{"module", module},
                     {"side", side},
                     {"method", method},
                     {"peer", peer},
                     {"code", "OK"},
                     {"trace", kCall},
                     {"span", span},
                     {"time_ms", std::int64_t{1'000'000 + static_cast<std::int64_t>(begin_ms)}},
                     {"started_ns", begin_ms * kMs},
                     {"total_ns", total_ms * kMs},
                     {"stages", Value::map({{"handler_ns", total_ms * kMs}})}});
}

Value step(const std::string& module, const std::string& word, const std::string& hash, std::uint64_t at_ms) {
  return Value::map({{"module", module},
                     {"step", word},
                     {"time_ms", std::int64_t{1'000'000 + static_cast<std::int64_t>(at_ms)}},
                     {"at_ns", at_ms * kMs},
                     {"message", std::string(32, 'd')},
                     {"hash", hash},
                     {"call_trace", word == "accepted" ? kCall : ""},
                     {"call_span", word == "accepted" ? "01" : ""}});
}

// A call that is answered while another is, and a message.
Value flight() {
  return Value::map(
      {{"records", Value::array({record("gateway", "made", "chat.send_message", "chat", "01", 10, 30),
                                 record("chat", "answered", "chat.send_message", "gateway", "01", 11, 28),
                                 record("gateway", "made", "chat.identity", "chat", "02", 20, 5)})},
       {"steps", Value::array({step("chat", "accepted", "", 12), step("chat", "handed_to_waku", kHash, 50),
                               step("waku", "propagated", kHash, 60)})}});
}

std::vector<const Value*> events_of(const Value& trace, const std::string& kind) {
  std::vector<const Value*> out;
  for (const Value& event : *trace.find("traceEvents")->as_array()) {
    if (event.string_or("cat", "") == kind) out.push_back(&event);
  }
  return out;
}

TEST(ChromeTrace, HasASliceForEachCallOnARowOfItsOwn) {
  const Value trace = chrome_trace(flight());
  const auto calls = events_of(trace, "call");
  ASSERT_EQ(calls.size(), 2U) << "both ends of a call are one";
  EXPECT_EQ(calls[0]->string_or("name", ""), "chat.send_message");
  EXPECT_EQ(calls[0]->double_or("ts", 0), 10'000);
  EXPECT_EQ(calls[0]->double_or("dur", 0), 30'000);
  EXPECT_EQ(calls[0]->uint_or("pid", 0), calls[1]->uint_or("pid", 9)) << "one module";
  EXPECT_NE(calls[0]->uint_or("tid", 0), calls[1]->uint_or("tid", 0)) << "they overlap";
  EXPECT_EQ(events_of(trace, "stage").size(), 2U);
  ASSERT_EQ(events_of(trace, "message").size(), 3U);
  EXPECT_EQ(events_of(trace, "message")[2]->string_or("name", ""), "propagated");
  EXPECT_TRUE(chrome_trace(Value::Map()).find("traceEvents")->as_array()->empty());
}

TEST(ChromeTrace, CallsWithoutATraceAreNotOne) {
  const Value trace = chrome_trace(
      Value::map({{"records", Value::array({record("waku", "answered", "waku.messages.next", "chat", "", 1, 5),
                                            record("waku", "answered", "waku.messages.next", "chat", "", 9, 5)})}}));
  EXPECT_EQ(events_of(trace, "call").size(), 2U);
}

TEST(OtlpTrace, HasSpansByModuleAndADeliveryThatIsLinkedToItsCall) {
  const Value trace = otlp_trace(flight());
  const Value::Array& resources = *trace.find("resourceSpans")->as_array();
  ASSERT_EQ(resources.size(), 1U) << "chat answered all of it, and had the message first";
  const Value::Array& spans = *resources[0].find("scopeSpans")->as_array()->front().find("spans")->as_array();
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(spans[0].string_or("traceId", ""), kCall);
  EXPECT_EQ(spans[0].string_or("startTimeUnixNano", ""), "1000010000000");
  EXPECT_EQ(spans[0].string_or("endTimeUnixNano", ""), "1000040000000");
  const Value& delivery = spans[2];
  EXPECT_EQ(delivery.string_or("traceId", ""), std::string(32, 'b'));
  EXPECT_EQ(delivery.string_or("spanId", ""), std::string(16, 'c'));
  EXPECT_EQ(delivery.find("events")->as_array()->size(), 3U);
  ASSERT_EQ(delivery.find("links")->as_array()->size(), 1U);
  EXPECT_EQ(delivery.find("links")->as_array()->front().string_or("traceId", ""), kCall);
}

}  // namespace
}  // namespace status::cli
