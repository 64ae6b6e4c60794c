#include "services/native/families/delivery_d_callbacks.h"

#include "services/host/native/callback_sink.h"

namespace status::native {
namespace {

using host::native::callback_sink;
using host::native::ReplyKind;
using host::native::token_of;

// nim-ffi 0.3: its queue of events has overflowed once, and it refuses everything until the process ends.
constexpr std::string_view kStuck = "event queue stuck";

std::string_view text_of(const char* text) { return text == nullptr ? std::string_view() : std::string_view(text); }

ReplyKind kind_of(int code, std::string_view error) {
  if (code == 0) return ReplyKind::answered;
  if (code == 3) return ReplyKind::running;
  return error.find(kStuck) == std::string_view::npos ? ReplyKind::failed : ReplyKind::stuck;
}

void say(int code, std::string_view reply, std::string_view error, void* user_data) {
  const ReplyKind kind = kind_of(code, error);
  if (auto* const sink = callback_sink()) {
    sink->on_reply(token_of(user_data), kind, kind == ReplyKind::answered ? reply : error);
  }
}

}  // namespace

void on_scalar(int code, char* text, std::size_t size, void* user_data) noexcept {
  const std::string_view said(text, text == nullptr ? 0 : size);
  say(code, said, said, user_data);
}

void on_record(int code, const char* reply, const char* error, void* user_data) noexcept {
  say(code, text_of(reply), text_of(error), user_data);
}

void on_event(int /*code*/, const char* text, std::size_t size, void* user_data) noexcept {
  if (auto* const sink = callback_sink()) {
    sink->on_event(token_of(user_data), {text, text == nullptr ? 0 : size});
  }
}

}  // namespace status::native
