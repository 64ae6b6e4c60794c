// What the library tells its listeners, in the words of either generation (NIM_ABIS §1.4, §1.12). Any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "services/waku/backend.h"

namespace status::waku::native {

// A message that has reached the node.
struct Arrival {
  WakuMessage message;
  std::string pubsub_topic;            // empty: the library does not say
  std::optional<MessageHash> claimed;  // the library's word for its hash
};

// What has become of a message that `logosdelivery_send` took.
struct Progress {
  enum class Kind : std::uint8_t { propagated, sent, failed };
  Kind kind = Kind::propagated;
  std::string request_id;
  std::optional<MessageHash> network_hash;
  std::string error;  // when failed, the library's own words
};

// Whether the library's loop responds.
struct Responding {
  bool responds = false;
};

// monostate: nothing that matters here.
using NodeEvent = std::variant<std::monostate, Arrival, Progress, Connection, Responding>;

// `name` and `text` are those of the module's event. INVALID_ARGUMENT (`waku.invalid_event`, `waku.invalid_message`) for
// an event that is known by its name and cannot be read.
Result<NodeEvent> read_event(const std::string& name, const std::string& text);

}  // namespace status::waku::native
