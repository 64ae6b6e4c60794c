// Answers where messages are: keeps the book of their journeys, shows what stands still as metrics and as an event.
// Office thread, unless said otherwise.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/server/server.h"
#include "ipc/stream/event_stream.h"
#include "metrics/flight/reader.h"
#include "metrics/registry.h"
#include "supervisor/gateway/custody/custody_api.h"
#include "supervisor/gateway/custody/journey_book.h"
#include "supervisor/gateway/log.h"
#include "supervisor/gateway/office.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

class CustodyDesk {
 public:
  struct Tools {
    Office& office;
    Routes& routes;
    const Clock& clock;
    const Log& log;
    metrics::Registry& registry;
    ipc::EventStream& events;  // of the merged stream
  };
  // All outlive the office's thread.
  explicit CustodyDesk(const Tools& tools);

  // The methods of custody_api.h. Any thread, once; the server ends before this goes.
  void serve(ipc::Server& server);

  void add(const std::string& module, std::uint64_t generation, const metrics::flight::StepRecord& record) {
    book_.add(module, generation, record);
  }
  // So many records of that module were overwritten before anybody read them; the reading before was so long ago.
  void lost(const std::string& module, const metrics::flight::Reader::Marks& records, std::uint64_t after_ms);

 private:
  struct Shown {
    metrics::Gauge waiting;
    metrics::Gauge overdue;
    bool is_overdue = false;
  };

  void look();
  void tell(const JourneyBook::Place& place, const JourneyBook::Standing& standing);
  void count_lost(const std::string& module, const std::string& kind, std::uint64_t records);
  void passed(metrics::Step step, std::uint64_t after_ns);
  std::string owner_of(const std::string& module) const;
  Result<FindMessage::Reply> find(const FindMessage::Request& request);
  Result<Custody::Reply> custody(const Custody::Request& request);

  const Tools tools_;
  JourneyBook book_;
  std::array<std::uint64_t, metrics::kSteps.size()> passed_{};
  std::array<metrics::Counter, metrics::kSteps.size()> messages_;
  std::array<metrics::Histogram, metrics::kSteps.size()> seconds_;
  const metrics::Gauge away_;
  std::uint64_t lost_ = 0;  // steps
  std::map<JourneyBook::Place, Shown> shown_;
};

}  // namespace status::gateway
