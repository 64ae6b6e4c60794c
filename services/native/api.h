// The interface of status-native-host: a foreign library's functions as they are. For the module whose library it is;
// it knows nothing of what they mean.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/api/interface.h"

namespace status::native {

struct Counter {
  std::string name;
  std::uint64_t value = 0;
  static void describe(api::Fields<Counter>& f) {
    f.add("name", &Counter::name, "What was counted.");
    f.add("value", &Counter::value, "Since the process started.");
  }
};

// The library and what it has been seen to do. May be repeated.
struct Info {
  using Request = api::Empty;
  struct Reply {
    std::string library;
    std::string family;
    std::string generation;
    std::string version;
    std::string pinned;
    std::uint32_t threads = 0;
    std::uint32_t waiting = 0;
    std::uint32_t given_up = 0;
    std::vector<std::string> functions;
    std::vector<Counter> counters;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

// Calls one function and answers with what its callback says. Whether it may be repeated is for the library to say: a
// call that ends with the process may have been done or not, and idempotency keys are for the caller to keep.
struct Call {
  struct Request {
    std::string function;
    Value arguments;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::string reply;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

// Event `event`.
struct LibraryEvent {
  std::string name;
  std::string text;
  std::uint64_t lost = 0;
  static void describe(api::Fields<LibraryEvent>& f) {
    f.add("name", &LibraryEvent::name,
          "Of the listener (`onMessageReceived`) or, where one listener hears all, `eventType` of the text.");
    f.add("text", &LibraryEvent::text, "JSON as the library wrote it.");
    f.add("lost", &LibraryEvent::lost,
          "Events right before this one that are not in the stream: too many at once, or too large.");
  }
};

constexpr api::Version api_version(const void* /*method*/) { return {1, 0}; }
// Under the name `native`; a module has it under its own.
const api::Interface& interface();

}  // namespace status::native
