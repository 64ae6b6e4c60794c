#include "ipc/wire/envelope.h"

#include <gtest/gtest.h>

#include "ipc/base/codec.h"
#include "ipc/wire/limits.h"

namespace status::ipc {
namespace {

RequestHeader full_header() {
  RequestHeader header;
  header.id = 77;
  header.method = "chat.send_message";
  header.deadline_ms = 1'500;
  header.sent_ns = 0x0102030405060708;
  SeededRandom random(1);
  header.trace = Trace::start(random);
  header.credential = Credential{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  header.interface_major = 1;
  header.idempotency_key = "key";
  header.echo = "echo";
  header.user = "desktop";
  return header;
}

Bytes request_bytes(const RequestHeader& header) {
  Bytes out;
  append_request_prefix(header, out);
  encode_msgpack(Value::map({{"text", "hello"}}), out);
  return out;
}

TEST(Envelope, ARequestComesBackAsItWent) {
  const RequestHeader header = full_header();
  const Bytes message = request_bytes(header);
  std::optional<std::uint32_t> id;
  const Result<RequestView> view = parse_request(message, id);
  ASSERT_TRUE(view) << view.error().describe();
  EXPECT_EQ(id, 77U);
  EXPECT_EQ(view->header.method, header.method);
  EXPECT_EQ(view->header.deadline_ms, header.deadline_ms);
  EXPECT_EQ(view->header.sent_ns, header.sent_ns);
  EXPECT_EQ(view->header.trace, header.trace);
  EXPECT_EQ(view->header.credential, header.credential);
  EXPECT_EQ(view->header.interface_major, 1U);
  EXPECT_EQ(view->header.idempotency_key, "key");
  EXPECT_EQ(view->header.echo, "echo");
  EXPECT_EQ(view->header.user, "desktop");
  EXPECT_EQ(decode_msgpack(ByteView(message).subspan(view->body_at))->string_or("text", ""), "hello");
}

TEST(Envelope, AHopPatchesInPlace) {
  Bytes message = request_bytes(full_header());
  std::optional<std::uint32_t> id;
  const RequestView view = *parse_request(message, id);
  ASSERT_TRUE(view.patchable());
  const std::size_t size = message.size();
  patch_request(message, view, 99, 1234, Credential{0xff});
  EXPECT_EQ(message.size(), size);
  const RequestView after = *parse_request(message, id);
  EXPECT_EQ(after.header.deadline_ms, 99U);
  EXPECT_EQ(after.header.sent_ns, 1234U);
  EXPECT_EQ(after.header.credential, Credential{0xff});
  EXPECT_EQ(after.header.method, "chat.send_message");
}

TEST(Envelope, EveryTruncationIsRefused) {
  const Bytes message = request_bytes(full_header());
  std::optional<std::uint32_t> id;
  const std::size_t body_at = parse_request(message, id)->body_at;
  for (std::size_t size = 0; size <= body_at; ++size) {
    id.reset();
    EXPECT_FALSE(parse_request(ByteView(message).first(size), id)) << size;
  }
}

TEST(Envelope, ShorterIntegersOfOtherClientsAreReadButNotPatched) {
  const Bytes message =
      encode_msgpack(Value::array({0, 1, "a.b", Value::map({{"v", 1}, {"d", 5}, {"s", 0}}), Value(Value::Map{})}));
  std::optional<std::uint32_t> id;
  const Result<RequestView> view = parse_request(message, id);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header.deadline_ms, 5U);
  EXPECT_FALSE(view->patchable());
}

TEST(Envelope, MetaIsCheckedAndNamesTheKey) {
  const auto reason = [](Value meta) {
    const Bytes message = encode_msgpack(Value::array({0, 1, "a.b", std::move(meta), Value(Value::Map{})}));
    std::optional<std::uint32_t> id;
    const Result<RequestView> view = parse_request(message, id);
    return view ? std::string("ok") : view.error().message;
  };
  EXPECT_EQ(reason(Value::map({{"v", 1}, {"d", 1}})), "ok");
  EXPECT_EQ(reason(Value::map({{"v", 1}, {"d", 120'000}, {"zz", Value::array({1, 2})}, {"z", nullptr}})), "ok");
  EXPECT_NE(reason(Value::map({{"d", 1}})).find("`v`"), std::string::npos);
  EXPECT_NE(reason(Value::map({{"v", 1}})).find("`d`"), std::string::npos);
  EXPECT_NE(reason(Value::map({{"v", 1}, {"d", 0}})).find("`d`"), std::string::npos);
  EXPECT_NE(reason(Value::map({{"v", 1}, {"d", 120'001}})).find("`d`"), std::string::npos);
  EXPECT_NE(reason(Value::map({{"v", 1}, {"d", "5"}})).find("`d`"), std::string::npos);
  EXPECT_NE(reason(Value::map({{"v", 1}, {"d", 1}, {"a", Bytes(15)}})).find("`a`"), std::string::npos);
  EXPECT_NE(reason(Value::map({{"v", 1}, {"d", 1}, {"t", Bytes(24)}})).find("`t`"), std::string::npos);
  EXPECT_NE(reason(Value::map({{"v", 1}, {"d", 1}, {"k", std::string(65, 'k')}})).find("`k`"), std::string::npos);
}

TEST(Envelope, LimitsAreAnswered) {
  std::optional<std::uint32_t> id;
  const Bytes long_method =
      encode_msgpack(Value::array({0, 1, std::string(97, 'm'), Value::map({{"v", 1}, {"d", 1}}), Value(Value::Map{})}));
  EXPECT_EQ(parse_request(long_method, id).error().code, Code::resource_exhausted);
  EXPECT_EQ(id, 1U);
  Value meta = Value::map({{"v", 1}, {"d", 1}});
  for (int i = 0; i < 70; ++i) meta.set("key" + std::to_string(i), 1);
  const Bytes wide = encode_msgpack(Value::array({0, 2, "a.b", meta, Value(Value::Map{})}));
  EXPECT_EQ(parse_request(wide, id).error().code, Code::resource_exhausted);
}

TEST(Envelope, ResponsesCarryStagesOrAnError) {
  ResponseHeader header;
  header.id = 5;
  header.generation = 3;
  header.stages = {.queue_ns = 1, .handler_ns = 2, .persist_ns = 3, .backend_ns = 4, .other_ns = 5};
  header.cursor = "c-1";
  Bytes message;
  append_response_prefix(header, message);
  encode_msgpack(Value::map({{"id", 1}}), message);
  const Result<ResponseView> view = parse_response(message);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header.stages.backend_ns, 4U);
  EXPECT_EQ(view->header.cursor, "c-1");
  EXPECT_FALSE(view->error);
  EXPECT_EQ(decode_msgpack(ByteView(message).subspan(view->body_at))->int_or("id", 0), 1);

  Error error = make_retryable(Code::unavailable, "ipc.x", "down", 250);
  error.details = Value::map({{"state", "backoff"}});
  Bytes failed;
  append_error_response(header, error, failed);
  const Result<ResponseView> bad = parse_response(failed);
  ASSERT_TRUE(bad);
  ASSERT_TRUE(bad->error);
  EXPECT_EQ(bad->error->code, Code::unavailable);
  EXPECT_EQ(bad->error->retry_after_ms, 250U);
  EXPECT_EQ(bad->error->details.string_or("state", ""), "backoff");
  for (std::size_t size = 0; size < failed.size(); ++size) EXPECT_FALSE(parse_response(ByteView(failed).first(size)));
}

}  // namespace
}  // namespace status::ipc
