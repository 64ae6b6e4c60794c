#include "services/native/families/generation_b.h"

#include "ipc/base/codec.h"

namespace status::native {
namespace {

using host::native::callback_sink;
using host::native::ReplyKind;
using host::native::Token;
using host::native::token_of;

std::string_view text_of(const char* text, std::size_t size) { return {text, text == nullptr ? 0 : size}; }

void on_event_b(int /*code*/, const char* text, std::size_t size, void* user_data) noexcept {
  if (auto* const sink = callback_sink()) sink->on_event(token_of(user_data), text_of(text, size));
}

// destroy() says through its result how it went.
void on_destroyed(int, const char*, std::size_t, void*) noexcept {}

}  // namespace

void on_result_b(int code, const char* text, std::size_t size, void* user_data) noexcept {
  if (auto* const sink = callback_sink()) {
    sink->on_reply(token_of(user_data), code == 0 ? ReplyKind::answered : ReplyKind::failed, text_of(text, size));
  }
}

Status GenerationB::resolve() {
  for (const char* const step : {traits().start, traits().stop}) {
    if (const auto found = library().get<void()>(step); !found) return fail(found.error());
  }
  const auto create = library().get<void*(const char*, ResultCallback, void*)>(traits().create);
  if (!create) return fail(create.error());
  const auto destroy = library().get<int(void*, ResultCallback, void*)>(traits().destroy);
  if (!destroy) return fail(destroy.error());
  const auto set_event_callback = library().get<void(void*, ResultCallback, void*)>(set_event_callback_name_);
  if (!set_event_callback) return fail(set_event_callback.error());
  create_ = *create;
  destroy_ = *destroy;
  set_event_callback_ = *set_event_callback;
  return {};
}

bool GenerationB::create(const std::string& config, Token token) {
  context_ = create_(config.c_str(), on_result_b, host::native::to_user_data(token));
  return context_ != nullptr;
}

Status GenerationB::listen() const {
  set_event_callback_(context_, on_event_b, host::native::to_user_data(1));
  return {};
}

bool GenerationB::destroy() const { return destroy_(context_, on_destroyed, nullptr) == 0; }

std::string GenerationB::event_name(Token /*listener*/, const std::string& text) const {
  const Result<Value> event = parse_json(text);
  return event ? event->string_or("eventType", "") : "";
}

}  // namespace status::native
