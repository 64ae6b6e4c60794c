#include "services/chain/module_events.h"

namespace status::chain {

void ModuleEvents::publish(const HeadChanged& event) {
  context_.publish("head", event);
  gauge("status_chain_head_number", "Height of the newest block.", event.network)
      .set(static_cast<double>(event.head.number));
  gauge("status_chain_head_timestamp_seconds", "Time of the newest block, Unix, as it says itself.", event.network)
      .set(static_cast<double>(event.head.timestamp));
  const metrics::Counter reorganised = context_.instruments().registry().counter(
      "status_chain_reorganisations_total", "Newest blocks that were no longer of the chain when another came.",
      {{"network", event.network}});
  if (event.reorganised) reorganised.add();
}

void ModuleEvents::publish(const ReadinessChanged& event) {
  context_.publish("readiness", event);
  gauge("status_chain_ready", "1 while the network can be relied on.", event.network)
      .set(event.readiness == "ready" ? 1 : 0);
}

}  // namespace status::chain
