// Answers who is to blame: reads the flight recorders of all processes all the time, keeps what front ends waited for,
// and judges it when it is asked. Office thread, unless said otherwise.
#pragma once

#include <functional>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/server/server.h"
#include "supervisor/gateway/blame/activity.h"
#include "supervisor/gateway/blame/blame_api.h"
#include "supervisor/gateway/blame/call_tree.h"
#include "supervisor/gateway/blame/flight_api.h"
#include "supervisor/gateway/blame/ledger.h"
#include "supervisor/gateway/blame/recorders.h"
#include "supervisor/gateway/blame/top_api.h"
#include "supervisor/gateway/blame/use_history.h"
#include "supervisor/gateway/custody/custody_desk.h"
#include "supervisor/gateway/office.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

class BlameDesk {
 public:
  // What a module's metrics say: `counted` adds its counters of that name up over all its incarnations, `measured` is
  // its gauge of that name now.
  struct Figures {
    std::function<double(std::string_view module, std::string_view family)> counted;
    std::function<double(std::string_view module, std::string_view family)> measured;
  };

  // `line`: where the recorders come from; -1: nowhere, and nobody is to blame. All outlive the office's thread.
  // What they have of messages goes to `custody`.
  BlameDesk(Office& office, Routes& routes, const Clock& clock, int line, CustodyDesk& custody, Figures figures);

  // The methods of blame_api.h and flight_api.h. Any thread, once; the server ends before this goes.
  void serve(ipc::Server& server);

 private:
  void read();
  void look();
  std::string owner_of(const std::string& module) const;
  Result<Blame::Reply> blame(const Blame::Request& request);
  Result<BlameResource::Reply> blame(const BlameResource::Request& request);
  Result<Top::Reply> top(const Top::Request& request);
  Result<Flight::Reply> flight(const Flight::Request& request);

  Office& office_;
  Routes& routes_;
  const Clock& clock_;
  CustodyDesk& custody_;
  const Figures figures_;
  Recorders recorders_;
  std::uint64_t last_reading_ns_ = monotonic_ns();
  CallTrees trees_;
  Ledger ledger_;
  Activity activity_;
  UseHistory history_;
};

}  // namespace status::gateway
