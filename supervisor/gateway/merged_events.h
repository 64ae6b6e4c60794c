// The one stream of all modules' events, `supervisor.events.next` (WIRE.md section 3).
//
// While a module has a process, its `<module>.events.next` is followed, and each event is published again here with its
// own time, generation and trace. Where the module's stream stands is committed together with the event
// (stream_mark.h), so that a gateway killed at any moment is followed by one that goes on with neither a loss nor a
// duplicate. What a module's ring has lost, or took with it when the module died, becomes an event `<module>.reset
// {reason, lost}`: read a snapshot. The supervisor's own events are here as well.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "ipc/client/subscription.h"
#include "ipc/stream/event_stream.h"
#include "supervisor/gateway/log.h"
#include "supervisor/gateway/office.h"
#include "supervisor/gateway/routes.h"
#include "supervisor/gateway/stream_mark.h"

namespace status::gateway {

class Follower;

class MergedEvents {
 public:
  static constexpr std::size_t kMarks = ipc::EventRing::kMaxMarks;  // one for the supervisor, one a module

  // All outlive this. `boot_id`: of the supervisor, whose events count from 1 in each.
  MergedEvents(ipc::EventStream& stream, Office& office, const Clock& clock, const Log& log, std::string boot_id);
  ~MergedEvents();

  // Ends the following. Once the office is closed, and before the clients of the routes are.
  void close();

  // Control thread. An event that is here already is dropped.
  void supervisor_event(const ipc::control::SupervisorEvent& event);

  // Any thread. The row of that route is another one now.
  void row_changed(std::shared_ptr<Route> route);

 private:
  void look_at(const std::shared_ptr<Route>& route);
  // The module's own mark, or a free one; none when more modules publish than there are marks.
  std::size_t mark_for(const std::string& module);

  ipc::EventStream& stream_;
  Office& office_;
  const Clock& clock_;
  const Log& log_;
  const std::string boot_id_;
  std::map<std::string, std::size_t> marks_;                    // office
  std::map<std::string, std::unique_ptr<Follower>> followers_;  // office
};

}  // namespace status::gateway
