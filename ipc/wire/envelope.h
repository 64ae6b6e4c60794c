// The envelope: one MessagePack array per message, metadata before the body (WIRE.md section 2).
//
// A hop parses the prefix with a visitor and never walks the body. `d`, `s` and `a` are written with a fixed width, so
// that a hop patches them in place and moves the same message on. All functions: any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/wire/trace.h"

namespace status::ipc {

using Credential = std::array<std::uint8_t, 16>;

struct RequestHeader {
  std::uint32_t id = 0;
  std::string_view method;        // "module.method", at most 96 bytes
  std::uint32_t deadline_ms = 0;  // what is left, 1 … 120,000
  std::uint64_t sent_ns = 0;      // CLOCK_MONOTONIC at the sender; 0: not of this host
  std::optional<Trace> trace;
  std::optional<Credential> credential;
  std::uint32_t interface_major = 0;  // 0: any
  std::string_view idempotency_key;
  std::string_view echo;
  std::string_view user;  // for whom the gateway asks; a server takes it from nobody else
};

// A parsed prefix; the views point into the message.
struct RequestView {
  RequestHeader header;
  std::size_t body_at = 0;  // offset of `params`
  // Offsets of the fixed-width values; 0 where the field is absent or was written by another client in a shorter form.
  std::size_t deadline_at = 0;
  std::size_t sent_at = 0;
  std::size_t credential_at = 0;
  bool has_user = false;   // the bytes hold a `u`, whatever became of header.user
  bool has_trace = false;  // the bytes hold a `t`; a server may have given header.trace to one without

  bool patchable() const { return deadline_at != 0 && sent_at != 0 && credential_at != 0; }
};

// On failure `id` still says whom to answer, when the message got that far. Errors: INVALID_ARGUMENT
// (`ipc.bad_envelope`, `ipc.bad_meta`), RESOURCE_EXHAUSTED (`ipc.limit`), FAILED_PRECONDITION (`ipc.protocol_version`,
// both versions named).
Result<RequestView> parse_request(ByteView message, std::optional<std::uint32_t>& id);

// Everything before the body. Zero and empty fields are left out, but for `d` and `s`; `credential` always takes its 16
// bytes, so that the next hop can patch its own in.
void append_request_prefix(const RequestHeader& header, Bytes& out);

// In place, on a message whose view is patchable().
void patch_request(std::span<std::uint8_t> message, const RequestView& view, std::uint32_t deadline_ms,
                   std::uint64_t sent_ns, const Credential& credential);

// Nanoseconds of one call, by stage (ARCHITECTURE.md section 7).
struct Stages {
  std::uint64_t queue_ns = 0;
  std::uint64_t handler_ns = 0;
  std::uint64_t persist_ns = 0;
  std::uint64_t backend_ns = 0;
  std::uint64_t other_ns = 0;
};

struct ResponseHeader {
  std::uint32_t id = 0;
  std::uint64_t generation = 0;
  std::uint64_t received_ns = 0;
  std::uint64_t written_ns = 0;
  Stages stages;
  std::string_view cursor;
  std::string_view echo;
};

struct ResponseView {
  ResponseHeader header;
  std::optional<Error> error;
  std::size_t body_at = 0;  // offset of `result`; meaningless beside an error
};

// Errors: INTERNAL (`ipc.bad_response`): it is the callee that broke the protocol.
Result<ResponseView> parse_response(ByteView message);

// Up to and including the nil that stands for "no error"; the result follows.
void append_response_prefix(const ResponseHeader& header, Bytes& out);
// A whole response that carries an error.
void append_error_response(const ResponseHeader& header, const Error& error, Bytes& out);

// {code, reason, message, module, retryable, retry_after_ms?, details?}
Value error_to_value(const Error& error);
// An unknown code reads as INTERNAL: a newer peer must not break an older one.
Error error_from_value(const Value& value);

// "chat" of "chat.send_message"; empty when there is no dot.
std::string_view module_of(std::string_view method);

}  // namespace status::ipc
