// What the chat engine needs of the network, and of whoever listens to its events.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ipc/api/convert.h"
#include "ipc/base/result.h"
#include "services/chat/protocol/address.h"
#include "services/host/store/transaction.h"

namespace status::chat {

// One message for the network.
struct Parcel {
  std::string topic;
  Bytes payload;
  // Not for the stores of the network: they have it from before.
  bool ephemeral = false;
  // What is in it, for the record; all zero: nothing that has a name.
  MessageId message{};
};

// Everything happens on the service's thread.
class Delivery {
 public:
  virtual ~Delivery() = default;
  using Done = std::function<void(Status)>;

  // Hands a parcel to the network, with a new time stamp each time, or the network would take a repetition for a
  // duplicate. `done` is called later, never inside this call, exactly once unless the process ends; success means that
  // the network has taken it over, not that anybody received it. At most RetryPolicy::in_flight calls at a time, and
  // the acknowledgements.
  virtual void send(Parcel parcel, Done done) = 0;

  // Wants the messages of a content topic from now on. May be repeated; the implementation keeps the set, and repeats
  // all of it when the network module has lost it. What is sent after this call finds the subscription in place, unless
  // the network module refuses it.
  virtual void subscribe(const std::string& topic) = 0;
};

// Called on the service's thread, after the commit of what the event tells of. Must not call the service.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // `event` is a name of the interface without the module: "message_received".
  virtual void publish(std::string_view event, Value data) = 0;
};

// Publishes what the transaction does, once it is committed; nothing when it is not. `event` is a literal.
template <api::Described E>
void announce(store::Transaction& tx, EventSink& sink, std::string_view event, E data) {
  tx.on_commit([&sink, event, data = std::move(data)] { sink.publish(event, api::to_value(data)); });
}

}  // namespace status::chat
