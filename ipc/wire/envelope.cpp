#include "ipc/wire/envelope.h"

#include <algorithm>
#include <cstring>
#include <msgpack.hpp>

#include "ipc/base/codec.h"
#include "ipc/wire/limits.h"
#include "ipc/wire/prefix_parser.h"

namespace status::ipc {
namespace {

using Kind = Element::Kind;

constexpr std::uint8_t kTagUint32 = 0xce;
constexpr std::uint8_t kTagUint64 = 0xcf;
constexpr std::uint8_t kTagBin8 = 0xc4;

// msgpack's packer wants write(const char*, size_t).
struct Sink {
  Bytes& out;
  void write(const char* data, std::size_t size) { out.insert(out.end(), data, data + size); }
};

class Writer {
 public:
  explicit Writer(Bytes& out) : sink_{out}, pack_(sink_) {}

  Writer& array(std::uint32_t n) { return pack_.pack_array(n), *this; }
  Writer& map(std::uint32_t n) { return pack_.pack_map(n), *this; }
  Writer& number(std::uint64_t v) { return pack_.pack_uint64(v), *this; }
  Writer& nil() { return pack_.pack_nil(), *this; }
  Writer& text(std::string_view v) {
    pack_.pack_str(static_cast<std::uint32_t>(v.size()));
    pack_.pack_str_body(v.data(), static_cast<std::uint32_t>(v.size()));
    return *this;
  }
  Writer& binary(ByteView v) {
    pack_.pack_bin(static_cast<std::uint32_t>(v.size()));
    pack_.pack_bin_body(reinterpret_cast<const char*>(v.data()), static_cast<std::uint32_t>(v.size()));
    return *this;
  }
  Writer& fixed32(std::uint32_t v) { return pack_.pack_fix_uint32(v), *this; }
  Writer& fixed64(std::uint64_t v) { return pack_.pack_fix_uint64(v), *this; }

 private:
  Sink sink_;
  msgpack::packer<Sink> pack_;
};

template <class T>
void store_big_endian(std::uint8_t* at, T value) {
  for (std::size_t i = sizeof(T); i-- > 0; value = static_cast<T>(value >> 8U))
    at[i] = static_cast<std::uint8_t>(value);
}

tl::unexpected<Error> bad_meta(std::string_view key, std::string_view want) {
  return fail(Code::invalid_argument, "ipc.bad_meta",
              "request meta `" + std::string(key) + "` must be " + std::string(want) + " (WIRE.md section 2)");
}

bool short_text(const Element& e, std::size_t limit) { return e.kind == Kind::text && e.bytes.size() <= limit; }

ByteView bytes_of(const Element& e) { return as_bytes(e.bytes); }

// One entry of a request's meta. `at` is the offset of the value in the message.
Status take_meta(std::string_view key, const Element& value, ByteView message, std::size_t at, RequestView& view) {
  RequestHeader& header = view.header;
  if (key.size() != 1) return {};  // unknown keys of meta are ignored
  switch (key[0]) {
    case 'v':
      if (value.kind != Kind::uinteger) return bad_meta(key, "an integer");
      if (value.number != kProtocol) {
        return fail(Code::failed_precondition, "ipc.protocol_version",
                    "the caller speaks protocol " + std::to_string(value.number) + ", this process speaks protocol " +
                        std::to_string(kProtocol));
      }
      break;
    case 'd':
      if (value.kind != Kind::uinteger || value.number < 1 || value.number > kMaxDeadlineMs) {
        return bad_meta(key, "1 to 120000 milliseconds");
      }
      header.deadline_ms = static_cast<std::uint32_t>(value.number);
      if (message[at] == kTagUint32) view.deadline_at = at + 1;
      break;
    case 's':
      if (value.kind != Kind::uinteger) return bad_meta(key, "nanoseconds");
      header.sent_ns = value.number;
      if (message[at] == kTagUint64) view.sent_at = at + 1;
      break;
    case 't':
      header.trace = value.kind == Kind::binary ? Trace::unpack(bytes_of(value)) : std::nullopt;
      if (!header.trace) return bad_meta(key, "25 bytes");
      view.has_trace = true;
      break;
    case 'a':
      if (value.kind != Kind::binary || value.bytes.size() != sizeof(Credential)) return bad_meta(key, "16 bytes");
      header.credential.emplace();
      std::copy_n(bytes_of(value).data(), sizeof(Credential), header.credential->data());
      if (message[at] == kTagBin8) view.credential_at = at + 2;
      break;
    case 'i':
      if (value.kind != Kind::uinteger || value.number > UINT32_MAX) return bad_meta(key, "a major version");
      header.interface_major = static_cast<std::uint32_t>(value.number);
      break;
    case 'k':
      if (!short_text(value, kMaxIdempotencyKey)) return bad_meta(key, "text of at most 64 bytes");
      header.idempotency_key = value.bytes;
      break;
    case 'e':
      if (!short_text(value, kMaxEcho)) return bad_meta(key, "text of at most 64 bytes");
      header.echo = value.bytes;
      break;
    case 'u':
      if (!short_text(value, kMaxUser)) return bad_meta(key, "text of at most 64 bytes");
      header.user = value.bytes;
      view.has_user = true;
      break;
    default:
      break;
  }
  return {};
}

tl::unexpected<Error> bad_envelope(std::string_view what) {
  return fail(Code::invalid_argument, "ipc.bad_envelope", "malformed envelope: " + std::string(what));
}

tl::unexpected<Error> bad_response(std::string_view what) {
  return fail(Code::internal, "ipc.bad_response", "malformed response: " + std::string(what));
}

}  // namespace

Result<RequestView> parse_request(ByteView message, std::optional<std::uint32_t>& id) {
  RequestView view;
  PrefixParser parser(message);
  if (!parser.array_of(5)) return bad_envelope("not an array of five");
  const Element type = parser.next();
  if (type.kind != Kind::uinteger || type.number != 0) return bad_envelope("not a request");
  const Element number = parser.next();
  if (number.kind != Kind::uinteger || number.number > UINT32_MAX) return bad_envelope("the id is not a uint32");
  id = view.header.id = static_cast<std::uint32_t>(number.number);
  const Element method = parser.next();
  if (method.kind != Kind::text || method.bytes.empty()) return bad_envelope("the method is not text");
  if (method.bytes.size() > kMaxMethod) {
    return fail(Code::resource_exhausted, "ipc.limit", "a method name is at most 96 bytes");
  }
  view.header.method = method.bytes;
  std::uint32_t entries = 0;
  if (!parser.map(entries)) return bad_envelope("the meta is not a map");
  if (entries > kMaxMetaEntries)
    return fail(Code::resource_exhausted, "ipc.limit", "request meta has at most 64 entries");
  bool versioned = false;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const Element key = parser.next();
    const std::size_t at = parser.offset();
    const Element value = parser.next();
    if (!parser.ok() || key.kind != Kind::text) return bad_envelope("the meta cannot be read");
    versioned = versioned || key.bytes == "v";
    if (Status status = take_meta(key.bytes, value, message, at, view); !status) return fail(status.error());
  }
  if (!versioned) return bad_meta("v", "present");
  if (view.header.deadline_ms == 0) return bad_meta("d", "present");
  view.body_at = parser.offset();
  // Only the tag: a map. The body is the callee's to walk.
  if (view.body_at >= message.size()) return bad_envelope("no body");
  const std::uint8_t tag = message[view.body_at];
  if ((tag & 0xf0) != 0x80 && tag != 0xde && tag != 0xdf) return bad_envelope("the params are not a map");
  return view;
}

void append_request_prefix(const RequestHeader& header, Bytes& out) {
  const std::uint32_t entries = 4 + (header.trace ? 1U : 0U) + (header.interface_major != 0 ? 1U : 0U) +
                                (header.idempotency_key.empty() ? 0U : 1U) + (header.echo.empty() ? 0U : 1U) +
                                (header.user.empty() ? 0U : 1U);
  Writer writer(out);
  writer.array(5).number(0).number(header.id).text(header.method).map(entries);
  writer.text("v").number(kProtocol).text("d").fixed32(header.deadline_ms).text("s").fixed64(header.sent_ns);
  writer.text("a").binary(header.credential.value_or(Credential{}));
  if (header.trace) writer.text("t").binary(header.trace->pack());
  if (header.interface_major != 0) writer.text("i").number(header.interface_major);
  if (!header.idempotency_key.empty()) writer.text("k").text(header.idempotency_key);
  if (!header.echo.empty()) writer.text("e").text(header.echo);
  if (!header.user.empty()) writer.text("u").text(header.user);
}

void patch_request(std::span<std::uint8_t> message, const RequestView& view, std::uint32_t deadline_ms,
                   std::uint64_t sent_ns, const Credential& credential) {
  store_big_endian(message.data() + view.deadline_at, deadline_ms);
  store_big_endian(message.data() + view.sent_at, sent_ns);
  std::copy(credential.begin(), credential.end(), message.data() + view.credential_at);
}

namespace {

void take_response_meta(std::string_view key, const Element& value, ResponseHeader& header) {
  if (key.size() != 1) return;
  if (value.kind == Kind::uinteger) {
    switch (key[0]) {
      case 'g':
        header.generation = value.number;
        break;
      case 'r':
        header.received_ns = value.number;
        break;
      case 'w':
        header.written_ns = value.number;
        break;
      case 'q':
        header.stages.queue_ns = value.number;
        break;
      case 'h':
        header.stages.handler_ns = value.number;
        break;
      case 'p':
        header.stages.persist_ns = value.number;
        break;
      case 'b':
        header.stages.backend_ns = value.number;
        break;
      case 'o':
        header.stages.other_ns = value.number;
        break;
      default:
        break;
    }
  } else if (value.kind == Kind::text) {
    if (key[0] == 'x') header.cursor = value.bytes;
    if (key[0] == 'e') header.echo = value.bytes;
  }
}

void append_response_meta(const ResponseHeader& header, Writer& writer) {
  const std::pair<std::string_view, std::uint64_t> numbers[] = {
      {"g", header.generation},        {"r", header.received_ns},       {"w", header.written_ns},
      {"q", header.stages.queue_ns},   {"h", header.stages.handler_ns}, {"p", header.stages.persist_ns},
      {"b", header.stages.backend_ns}, {"o", header.stages.other_ns}};
  std::uint32_t entries = 1 + (header.cursor.empty() ? 0U : 1U) + (header.echo.empty() ? 0U : 1U);
  for (const auto& [key, value] : numbers) entries += value != 0 ? 1 : 0;
  writer.array(5).number(1).number(header.id).map(entries).text("v").number(kProtocol);
  for (const auto& [key, value] : numbers) {
    if (value != 0) writer.text(key).number(value);
  }
  if (!header.cursor.empty()) writer.text("x").text(header.cursor);
  if (!header.echo.empty()) writer.text("e").text(header.echo);
}

}  // namespace

Result<ResponseView> parse_response(ByteView message) {
  ResponseView view;
  PrefixParser parser(message);
  if (!parser.array_of(5)) return bad_response("not an array of five");
  const Element type = parser.next();
  const Element number = parser.next();
  if (type.kind != Kind::uinteger || type.number != 1 || number.kind != Kind::uinteger || number.number > UINT32_MAX) {
    return bad_response("not a response");
  }
  view.header.id = static_cast<std::uint32_t>(number.number);
  std::uint32_t entries = 0;
  if (!parser.map(entries) || entries > kMaxMetaEntries) return bad_response("the meta is not a small map");
  for (std::uint32_t i = 0; i < entries; ++i) {
    const Element key = parser.next();
    const Element value = parser.next();
    if (!parser.ok() || key.kind != Kind::text) return bad_response("the meta cannot be read");
    take_response_meta(key.bytes, value, view.header);
  }
  const std::size_t error_at = parser.offset();
  const Element error = parser.next();
  if (!parser.ok()) return bad_response("no error field");
  if (error.kind == Kind::map) {
    Result<Value> decoded = decode_msgpack(message.subspan(error_at, parser.offset() - error_at));
    if (!decoded) return bad_response("the error cannot be read");
    view.error = error_from_value(*decoded);
  } else if (error.kind != Kind::nil) {
    return bad_response("the error is neither a map nor nil");
  }
  view.body_at = parser.offset();
  if (view.body_at >= message.size()) return bad_response("no result");
  return view;
}

void append_response_prefix(const ResponseHeader& header, Bytes& out) {
  Writer writer(out);
  append_response_meta(header, writer);
  writer.nil();
}

void append_error_response(const ResponseHeader& header, const Error& error, Bytes& out) {
  Writer writer(out);
  append_response_meta(header, writer);
  encode_msgpack(error_to_value(error), out);
  writer.nil();
}

Value error_to_value(const Error& error) {
  Value value = Value::map({{"code", to_word(error.code)},
                            {"reason", error.reason},
                            {"message", error.message},
                            {"module", error.module},
                            {"retryable", error.retryable}});
  if (error.retry_after_ms != 0) value.set("retry_after_ms", error.retry_after_ms);
  if (!error.details.is_null()) value.set("details", error.details);
  return value;
}

Error error_from_value(const Value& value) {
  Error error;
  error.code = code_from_word(value.string_or("code", "")).value_or(Code::internal);
  error.reason = value.string_or("reason", "");
  error.message = value.string_or("message", "");
  error.module = value.string_or("module", "");
  error.retryable = value.bool_or("retryable", false);
  error.retry_after_ms =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(value.uint_or("retry_after_ms", 0), UINT32_MAX));
  if (const Value* details = value.find("details")) error.details = *details;
  return error;
}

std::string_view module_of(std::string_view method) {
  const std::size_t dot = method.find('.');
  return dot == std::string_view::npos ? std::string_view{} : method.substr(0, dot);
}

}  // namespace status::ipc
