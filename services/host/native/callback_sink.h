// Where the callbacks of a foreign library arrive. C gives them back a number of ours (`userData`) and no object, so
// the process has one place for all of them: the second piece of global state in the tree, beside the crash handler.
//
//   extern "C" void on_result(int code, const char* text, size_t size, void* user_data) noexcept {
//     if (CallbackSink* sink = callback_sink()) sink->on_reply(token_of(user_data), ReplyKind::answered, {text, size});
//   }
#pragma once

#include <cstdint>
#include <string_view>

namespace status::host::native {

// Of a call that waits for its callback; from 1 on, never used twice.
using Token = std::uint64_t;

inline void* to_user_data(Token token) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(token)); }
inline Token token_of(void* user_data) { return static_cast<Token>(reinterpret_cast<std::uintptr_t>(user_data)); }

// What a code means is for each generation of each library to say: 3 is "still running" here and "here is data" there.
enum class ReplyKind : std::uint8_t {
  answered,  // terminal: it succeeded, and the text is the reply
  failed,    // terminal: the text is the library's reason
  running,   // more will come; the text says how long it has been running
  stuck,     // terminal: the library takes no calls any more, for good
};

class CallbackSink {
 public:
  virtual ~CallbackSink() = default;
  // On whatever thread the library likes, also on the one that is in a call into it. `text` is the library's and valid
  // until this returns; it may hold anything. Never calls into the library, never blocks on anything that does.
  virtual void on_reply(Token token, ReplyKind kind, std::string_view text) noexcept = 0;
  // `listener` is the number that it was registered with.
  virtual void on_event(Token listener, std::string_view text) noexcept = 0;
};

// Null, and callbacks go nowhere, until there is one. In a process for good; any thread.
CallbackSink* callback_sink();
void set_callback_sink(CallbackSink* sink);

}  // namespace status::host::native
