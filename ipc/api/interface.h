// A module's interface: its methods, events and streams, declared once in its api.cpp. The specification of the module.
//
//   const api::Interface& interface() {
//     static const api::Interface declared =
//         api::Interface("chat", {1, 0}, "Encrypted conversations", {"chat team", "chat@example.org"})
//             .method<SendMessage>()
//             .event<MessageReceived>("message_received", "A message has arrived.")
//             .stream("events", "Everything that happens in conversations.");
//     return declared;
//   }
//
// A method is a struct with the described structs Request and Reply and `static api::MethodInfo info()`. Its typed
// callers find the version that they were written for beside it, by the namespace of the struct:
//
//   constexpr api::Version api_version(const void*) { return {1, 0}; }
// An interface that is known only at run time (of a library that is loaded) is declared by method() and event() with
// JSON Schemas in the place of structs.
//
// Immutable after construction: any thread. A wrong declaration throws std::logic_error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/api/fields.h"
#include "ipc/base/error.h"

namespace status::api {

// Additive changes raise `minor`; a caller states the `major` that it was written for.
struct Version {
  std::uint32_t major = 1;
  std::uint32_t minor = 0;
  std::string text() const { return std::to_string(major) + "." + std::to_string(minor); }
};

// The team that answers for the module, and how to reach it.
struct Owner {
  std::string team;
  std::string contact;
};

enum class Effect : std::uint8_t {
  read,    // may be repeated
  write,   // changes state: accepts an idempotency key, answers with a cursor
  stream,  // a long poll, parked while it waits
  system,  // of the framework, answered on contexts of its own
};
std::string_view to_word(Effect effect);

enum class Stability : std::uint8_t { stable, experimental, deprecated };
std::string_view to_word(Stability stability);

// An error that the method itself may answer, beside those of every call (`ipc.*`).
struct ErrorInfo {
  Code code = Code::internal;
  std::string reason;  // "chat.unknown_conversation"
  std::string doc;
};

struct MethodInfo {
  std::string name;     // without the module: "send_message"
  std::string summary;  // one sentence
  Effect effect = Effect::read;
  std::vector<ErrorInfo> errors = {};
  std::string since = {};  // "1.2"; empty: from the start of this major version
  Stability stability = Stability::stable;
};

struct StreamInfo {
  bool durable = false;
  std::vector<std::string> events;  // names of the events that it carries
};

// What parameters, a result or an event's data are: a described struct, or the JSON Schema of an object.
class Shape {
 public:
  Shape(const Table& table) : table_(&table) {}
  explicit Shape(Value schema) : schema_(std::move(schema)) {}
  // Null where there is only a schema.
  const Table* table() const { return table_; }
  // {"type": "object", "properties": …, "required": …}
  Value schema() const;

 private:
  const Table* table_ = nullptr;
  Value schema_;
};

struct Method {
  MethodInfo info;
  Shape request;
  Shape reply;
  std::optional<StreamInfo> stream = {};  // set for `<stream>.next`
};

struct EventInfo {
  std::string name;  // without the module: the topic is "<module>.<name>"
  std::string summary;
  Shape data;
};

class Interface {
 public:
  Interface(std::string name, Version version, std::string title, Owner owner);

  template <class M>
  Interface& method() {
    return method(M::info(), table_of<typename M::Request>(), table_of<typename M::Reply>());
  }
  Interface& method(MethodInfo info, Shape request, Shape reply) {
    return add_method({std::move(info), std::move(request), std::move(reply)});
  }
  template <Described E>
  Interface& event(std::string name, std::string summary) {
    return event(std::move(name), std::move(summary), table_of<E>());
  }
  Interface& event(std::string name, std::string summary, Shape data) {
    return add_event({std::move(name), std::move(summary), std::move(data)});
  }
  // Declares `<name>.next` with StreamRequest and StreamReply. `events` must have been declared before; empty means all
  // that have.
  Interface& stream(const std::string& name, std::string summary, std::vector<std::string> events = {});
  // The same, backed by the module's database and acknowledged by its cursor.
  Interface& durable_stream(const std::string& name, std::string summary, std::vector<std::string> events = {});

  // The same under another name: one program may serve as several modules.
  Interface named(std::string name) const;

  const std::string& name() const { return name_; }
  const Version& version() const { return version_; }
  const std::string& title() const { return title_; }
  const Owner& owner() const { return owner_; }
  const std::vector<Method>& methods() const { return methods_; }
  const std::vector<EventInfo>& events() const { return events_; }

  // Names without the module; null when there is none.
  const Method* find_method(std::string_view name) const;
  const EventInfo* find_event(std::string_view name) const;
  // "chat.send_message".
  std::string full_name(std::string_view name) const { return name_ + "." + std::string(name); }

 private:
  Interface& add_method(Method method);
  Interface& add_event(EventInfo event);
  Interface& add_stream(const std::string& name, std::string summary, bool durable, std::vector<std::string> events);
  void require(bool condition, std::string_view what, std::string_view problem) const;

  std::string name_;
  Version version_;
  std::string title_;
  Owner owner_;
  std::vector<Method> methods_;
  std::vector<EventInfo> events_;
};

}  // namespace status::api
