// The closed set of error codes and the error value that travels in every reply (WIRE.md section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/value.h"

namespace status {

// The well-known RPC set. Words on the wire are the upper-case names.
enum class Code : std::uint8_t {
  cancelled,
  invalid_argument,
  deadline_exceeded,
  not_found,
  already_exists,
  permission_denied,
  unauthenticated,
  resource_exhausted,
  failed_precondition,
  aborted,
  out_of_range,
  unimplemented,
  internal,
  unavailable,
  data_loss,
};

// "INVALID_ARGUMENT" and so on.
std::string_view to_word(Code code);
// Empty for a word that is not in the set.
std::optional<Code> code_from_word(std::string_view word);

// An expected failure. Programs look at `code` and `reason`; people read `message`, which says what happened, where,
// and what to do about it.
struct Error {
  Code code = Code::internal;
  std::string reason;   // stable word of the interface: "chat.unknown_conversation"
  std::string message;  // for people
  std::string module;   // who says so; filled in by the server when empty
  bool retryable = false;
  std::uint32_t retry_after_ms = 0;  // 0: not stated
  Value details;                     // null or a map

  // "NOT_FOUND chat.unknown_conversation: no conversation ..." for logs and terminals.
  std::string describe() const;
};

// Shorthands for the common cases; `reason` is the full word with the module in front.
Error make_error(Code code, std::string reason, std::string message);
// The same, marked retryable.
Error make_retryable(Code code, std::string reason, std::string message, std::uint32_t retry_after_ms = 0);
// An error of the operating system: "open PATH: Permission denied", code from errno (ENOENT → NOT_FOUND, EACCES →
// PERMISSION_DENIED, ENOSPC/EMFILE/ENOMEM → RESOURCE_EXHAUSTED, else INTERNAL).
Error errno_error(int error_number, std::string_view what);

}  // namespace status
