#include "ipc/base/error.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace status {
namespace {

constexpr std::array<std::string_view, 15> kWords = {
    "CANCELLED",         "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",  "NOT_FOUND",           "ALREADY_EXISTS",
    "PERMISSION_DENIED", "UNAUTHENTICATED",  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE",      "UNIMPLEMENTED",    "INTERNAL",           "UNAVAILABLE",         "DATA_LOSS"};

Code code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return Code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::permission_denied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Code::resource_exhausted;
    default:
      return Code::internal;
  }
}

}  // namespace

std::string_view to_word(Code code) { return kWords[static_cast<std::size_t>(code)]; }

std::optional<Code> code_from_word(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<Code>(i);
  }
  return std::nullopt;
}

std::string Error::describe() const {
  std::string out(to_word(code));
  if (!reason.empty()) out.append(" ").append(reason);
  return out.append(": ").append(message);
}

Error make_error(Code code, std::string reason, std::string message) {
  Error error;
  error.code = code;
  error.reason = std::move(reason);
  error.message = std::move(message);
  return error;
}

Error make_retryable(Code code, std::string reason, std::string message, std::uint32_t retry_after_ms) {
  Error error = make_error(code, std::move(reason), std::move(message));
  error.retryable = true;
  error.retry_after_ms = retry_after_ms;
  return error;
}

Error errno_error(int error_number, std::string_view what) {
  std::string message(what);
  message.append(": ").append(std::strerror(error_number));
  return make_error(code_of(error_number), "os.error", std::move(message));
}

}  // namespace status
