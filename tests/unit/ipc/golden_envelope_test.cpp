// Requests and responses against the golden vectors, both ways.
#include "ipc/wire/envelope.h"
#include "tests/unit/ipc/golden.h"

namespace status::ipc {
namespace {

using namespace status::testing;

Bytes bytes_at(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr ? Bytes() : *value->as_bytes();
}

std::optional<Credential> credential_at(const Value& meta) {
  const Bytes bytes = bytes_at(meta, "a");
  if (bytes.empty()) return std::nullopt;
  Credential credential;
  std::ranges::copy(bytes, credential.begin());
  return credential;
}

// The header that a decoded form describes; its views point into `decoded`.
RequestHeader request_header(const Value& decoded) {
  const Value& meta = *decoded.find("meta");
  const auto text = [&meta](std::string_view key) -> std::string_view {
    const Value* value = meta.find(key);
    return value == nullptr ? std::string_view() : *value->as_string();
  };
  RequestHeader header;
  header.id = static_cast<std::uint32_t>(decoded.uint_or("id", 0));
  header.method = *decoded.find("method")->as_string();
  header.deadline_ms = static_cast<std::uint32_t>(meta.uint_or("d", 0));
  header.sent_ns = meta.uint_or("s", 0);
  header.trace = Trace::unpack(bytes_at(meta, "t"));
  header.credential = credential_at(meta);
  header.interface_major = static_cast<std::uint32_t>(meta.uint_or("i", 0));
  header.idempotency_key = text("k");
  header.echo = text("e");
  header.user = text("u");
  return header;
}

void expect_same(const RequestHeader& a, const RequestHeader& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.method, b.method);
  EXPECT_EQ(a.deadline_ms, b.deadline_ms);
  EXPECT_EQ(a.sent_ns, b.sent_ns);
  EXPECT_EQ(a.trace, b.trace);
  EXPECT_EQ(a.credential, b.credential);
  EXPECT_EQ(a.interface_major, b.interface_major);
  EXPECT_EQ(a.idempotency_key, b.idempotency_key);
  EXPECT_EQ(a.echo, b.echo);
  EXPECT_EQ(a.user, b.user);
}

TEST(GoldenRequests, AreReadAndWritten) {
  for (const Value& vector : golden_vectors("requests.json", "vectors")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const Value decoded = golden_decoded(vector);
    const Bytes message = golden_bytes(vector);
    std::optional<std::uint32_t> id;
    const Result<RequestView> view = parse_request(message, id);
    ASSERT_TRUE(view) << view.error().describe();
    EXPECT_EQ(id, decoded.uint_or("id", 0));
    const RequestHeader header = request_header(decoded);
    expect_same(view->header, header);
    EXPECT_EQ(*decode_msgpack(ByteView(message).subspan(view->body_at)), *decoded.find("params"));
    EXPECT_EQ(view->patchable(), vector.bool_or("patchable", false));
    if (!vector.bool_or("canonical", false)) continue;
    Bytes written;
    append_request_prefix(header, written);
    encode_msgpack(*decoded.find("params"), written);
    EXPECT_EQ(to_hex(written), to_hex(message));
  }
}

TEST(GoldenRequests, ArePatchedInPlace) {
  int patched = 0;
  for (const Value& vector : golden_vectors("requests.json", "vectors")) {
    const Value* patch = vector.find("patch");
    if (patch == nullptr) continue;
    SCOPED_TRACE(vector.string_or("name", ""));
    const Value values = untagged(*patch->find("values"));
    Bytes message = golden_bytes(vector);
    std::optional<std::uint32_t> id;
    const RequestView view = *parse_request(message, id);
    patch_request(message, view, static_cast<std::uint32_t>(values.uint_or("d", 0)), values.uint_or("s", 0),
                  *credential_at(values));
    EXPECT_EQ(to_hex(message), patch->string_or("hex", ""));
    ++patched;
  }
  EXPECT_EQ(patched, 2);
}

TEST(GoldenRequests, MalformedOnesAreRefusedWithTheReason) {
  for (const Value& vector : golden_vectors("malformed.json", "requests")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    std::optional<std::uint32_t> id;
    const Result<RequestView> view = parse_request(golden_bytes(vector), id);
    ASSERT_FALSE(view);
    EXPECT_EQ(to_word(view.error().code), vector.string_or("code", "")) << view.error().message;
    EXPECT_EQ(view.error().reason, vector.string_or("reason", "")) << view.error().message;
    const std::optional<std::uint64_t> wanted = vector.find("id")->as_uint64();
    EXPECT_EQ(id.has_value(), wanted.has_value());
    if (id && wanted) {
      EXPECT_EQ(*id, *wanted);
    }
  }
}

ResponseHeader response_header(const Value& decoded) {
  const Value& meta = *decoded.find("meta");
  ResponseHeader header;
  header.id = static_cast<std::uint32_t>(decoded.uint_or("id", 0));
  header.generation = meta.uint_or("g", 0);
  header.received_ns = meta.uint_or("r", 0);
  header.written_ns = meta.uint_or("w", 0);
  header.stages = {.queue_ns = meta.uint_or("q", 0),
                   .handler_ns = meta.uint_or("h", 0),
                   .persist_ns = meta.uint_or("p", 0),
                   .backend_ns = meta.uint_or("b", 0),
                   .other_ns = meta.uint_or("o", 0)};
  if (const Value* cursor = meta.find("x")) header.cursor = *cursor->as_string();
  if (const Value* echo = meta.find("e")) header.echo = *echo->as_string();
  return header;
}

void expect_same(const ResponseHeader& a, const ResponseHeader& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.generation, b.generation);
  EXPECT_EQ(a.received_ns, b.received_ns);
  EXPECT_EQ(a.written_ns, b.written_ns);
  EXPECT_EQ(a.stages.queue_ns, b.stages.queue_ns);
  EXPECT_EQ(a.stages.handler_ns, b.stages.handler_ns);
  EXPECT_EQ(a.stages.persist_ns, b.stages.persist_ns);
  EXPECT_EQ(a.stages.backend_ns, b.stages.backend_ns);
  EXPECT_EQ(a.stages.other_ns, b.stages.other_ns);
  EXPECT_EQ(a.cursor, b.cursor);
  EXPECT_EQ(a.echo, b.echo);
}

TEST(GoldenResponses, AreReadAndWritten) {
  for (const Value& vector : golden_vectors("responses.json", "vectors")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const Value decoded = golden_decoded(vector);
    const Value& error = *decoded.find("error");
    const Bytes message = golden_bytes(vector);
    const Result<ResponseView> view = parse_response(message);
    ASSERT_TRUE(view) << view.error().describe();
    const ResponseHeader header = response_header(decoded);
    expect_same(view->header, header);
    EXPECT_EQ(view->error.has_value(), !error.is_null());
    EXPECT_EQ(*decode_msgpack(ByteView(message).subspan(view->body_at)), *decoded.find("result"));
    Bytes written;
    if (view->error) {
      const std::string word = error.string_or("code", "");
      EXPECT_EQ(view->error->code, code_from_word(word).value_or(Code::internal));
      if (code_from_word(word)) {
        EXPECT_EQ(error_to_value(*view->error), error);
      }
      append_error_response(header, *view->error, written);
    } else {
      append_response_prefix(header, written);
      encode_msgpack(*decoded.find("result"), written);
    }
    if (vector.bool_or("canonical", false)) {
      EXPECT_EQ(to_hex(written), to_hex(message));
    }
  }
}

TEST(GoldenResponses, MalformedOnesAreTheCalleesFault) {
  for (const Value& vector : golden_vectors("malformed.json", "responses")) {
    SCOPED_TRACE(vector.string_or("name", ""));
    const Result<ResponseView> view = parse_response(golden_bytes(vector));
    ASSERT_FALSE(view);
    EXPECT_EQ(to_word(view.error().code), vector.string_or("code", ""));
    EXPECT_EQ(view.error().reason, vector.string_or("reason", ""));
  }
}

}  // namespace
}  // namespace status::ipc
