#include "services/waku/native/node_event.h"

#include <map>

#include "services/waku/native/message_json.h"

namespace status::waku::native {
namespace {

enum class Sort : std::uint8_t { arrival, propagated, sent, failed, connection, stopped, responds };

// `eventType`, and the listeners of those whose text is no JSON.
const std::map<std::string, Sort, std::less<>>& sorts() {
  static const std::map<std::string, Sort, std::less<>> kSorts = {
      {"message", Sort::arrival},
      {"message_received", Sort::arrival},
      {"message_propagated", Sort::propagated},
      {"message_sent", Sort::sent},
      {"message_error", Sort::failed},
      {"connection_status_change", Sort::connection},
      {"node_health_change", Sort::connection},
      {"not_responding", Sort::stopped},
      {"responding", Sort::responds},
  };
  return kSorts;
}

tl::unexpected<Error> invalid(const std::string& name, const std::string& problem) {
  return fail(Code::invalid_argument, "waku.invalid_event", "an event " + name + " of the library " + problem);
}

Result<NodeEvent> read_arrival(const std::string& name, const Value& json) {
  const Value* inner = json.find("wakuMessage");
  if (inner == nullptr) inner = json.find("message");
  if (inner == nullptr) return invalid(name, "has no message");
  Result<WakuMessage> message = from_message(*inner);
  if (!message) return fail(std::move(message.error()));
  return Arrival{std::move(*message), json.string_or("pubsubTopic", ""), from_hash(json.find("messageHash"))};
}

Result<NodeEvent> read_progress(const std::string& name, Progress::Kind kind, const Value& json) {
  Progress out{kind, json.string_or("requestId", ""), from_hash(json.find("messageHash")), json.string_or("error", "")};
  if (out.request_id.empty()) return invalid(name, "has no `requestId`");
  return out;
}

Result<NodeEvent> read_connection(const std::string& name, const Value& json) {
  const std::string word = json.string_or("connectionStatus", json.string_or("status", ""));
  if (word == "Connected") return Connection::connected;
  if (word == "PartiallyConnected") return Connection::partially_connected;
  if (word == "Disconnected") return Connection::disconnected;
  return invalid(name, "has a status that is not known: \"" + word + "\"");
}

}  // namespace

Result<NodeEvent> read_event(const std::string& name, const std::string& text) {
  const Result<Value> parsed = parse_library_json(text);
  const Value json = parsed ? *parsed : Value(Value::Map{});
  const auto sort = sorts().find(json.string_or("eventType", name));
  if (sort == sorts().end()) return std::monostate();
  switch (sort->second) {
    case Sort::stopped:
      return Responding{false};
    case Sort::responds:
      return Responding{true};
    default:
      break;
  }
  if (!parsed) return invalid(name, "is no JSON: " + parsed.error().message);
  switch (sort->second) {
    case Sort::arrival:
      return read_arrival(name, json);
    case Sort::propagated:
      return read_progress(name, Progress::Kind::propagated, json);
    case Sort::sent:
      return read_progress(name, Progress::Kind::sent, json);
    case Sort::failed:
      return read_progress(name, Progress::Kind::failed, json);
    default:
      return read_connection(name, json);
  }
}

}  // namespace status::waku::native
