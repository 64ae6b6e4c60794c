// What the two libraries of generation B (v0.38) have in common: everything is positional, `(ctx, callback, userData,
// arguments…)`, one callback type serves results and events, and one event callback serves all events. Their runtime
// is nim-ffi 0.1: a call waits without an end until the library's loop takes it, callbacks run on that loop's thread,
// and the context is freed by destroy without a check of who still uses it.
#pragma once

#include <utility>

#include "services/native/families/family.h"

namespace status::native {

using ResultCallback = void (*)(int code, const char* text, std::size_t size, void* user_data);

// To the process's CallbackSink. Codes: 0 is success, anything else is none.
void on_result_b(int code, const char* text, std::size_t size, void* user_data) noexcept;

template <class T>
T argument_as(const Argument& argument) {
  if constexpr (std::is_pointer_v<T>) {
    return argument.text.c_str();
  } else {
    return static_cast<T>(argument.number);
  }
}

// Function::Invoke of a function whose arguments have these types.
template <class... Types>
int positional(Symbol symbol, void* context, host::native::Token token, const std::vector<Parameter>&,
               std::span<const Argument> arguments) {
  const auto call = [&]<std::size_t... place>(std::index_sequence<place...>) {
    return reinterpret_cast<int (*)(void*, ResultCallback, void*, Types...)>(symbol)(
        context, on_result_b, host::native::to_user_data(token), argument_as<Types>(arguments[place])...);
  };
  return call(std::index_sequence_for<Types...>());
}

// The life of a node in either library.
class GenerationB : public Family {
 public:
  GenerationB(Traits traits, const char* set_event_callback, const std::vector<Function>& functions,
              const host::native::Library& library)
      : Family(std::move(traits), functions, library), set_event_callback_name_(set_event_callback) {}

  Status resolve() override;
  bool create(const std::string& config, host::native::Token token) override;
  Status listen() const override;
  bool destroy() const override;
  // `eventType` of the event's JSON; empty when it has none.
  std::string event_name(host::native::Token listener, const std::string& text) const override;

 private:
  const char* const set_event_callback_name_;
  void* (*create_)(const char*, ResultCallback, void*) = nullptr;
  int (*destroy_)(void*, ResultCallback, void*) = nullptr;
  void (*set_event_callback_)(void*, ResultCallback, void*) = nullptr;
};

}  // namespace status::native
