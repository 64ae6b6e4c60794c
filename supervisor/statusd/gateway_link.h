// What the gateway is told: the rows of all modules and the supervisor's events, in order, also those from while no
// gateway ran. Runs on the loop's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ipc/control/control_line.h"
#include "supervisor/process/control_channel.h"

namespace status::supervisor {

// An event counts as arrived once the gateway has answered a ping that was sent after it; what had not arrived when a
// gateway died is sent to the next one. At most kMaxEvents wait; older ones are dropped, counted, and said in an event
// of their own.
class GatewayLink {
 public:
  static constexpr std::size_t kMaxEvents = 4'096;

  using Rows = std::function<ipc::control::ModuleRow(std::size_t module)>;
  GatewayLink(std::string boot_id, std::size_t modules, Rows rows);

  // A gateway was spawned and has its bootstrap: it gets all rows, then the events.
  void attach(ControlChannel& channel);
  void detach();
  // There are more of them now.
  void set_modules(std::size_t modules) { modules_ = modules; }

  // For another image of the supervisor, and from one, before attach().
  const std::deque<ipc::control::SupervisorEvent>& events() const { return events_; }
  std::uint64_t last_event() const { return last_seq_; }
  void restore(std::vector<ipc::control::SupervisorEvent> events, std::uint64_t last_event);

  void row_changed(std::size_t module);
  void event(std::string topic, std::int64_t time_ms, std::uint64_t generation, Value data);
  // Both: the row and what happened to it arrive together, the row first.
  void row_changed(std::size_t module, std::string topic, std::int64_t time_ms, std::uint64_t generation, Value data);

  // Of statusd itself. A new gateway gets the last one first; one that has no room is not sent again.
  void sample(const ipc::control::SupervisorSample& sample);

  void ping_sent(std::uint64_t n);
  void ping_answered(std::uint64_t n);

 private:
  // `modules` opens the front door, so rows that have no room in its line go before it.
  void send_all();
  void flush();
  // False when there was nothing, or no room for it.
  bool queue_some();

  std::string boot_id_;
  std::size_t modules_;
  Rows rows_;
  ControlChannel* channel_ = nullptr;
  std::set<std::size_t> changed_;
  std::deque<ipc::control::SupervisorEvent> events_;  // not known to have arrived
  std::size_t sent_ = 0;                              // of them, to this gateway
  std::uint64_t last_seq_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<ipc::control::SupervisorSample> sample_;
  std::uint64_t ping_ = 0;
  std::uint64_t seq_at_ping_ = 0;
};

}  // namespace status::supervisor
