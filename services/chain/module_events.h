// The service's events as the module's stream, its log, its state and its metrics. Any thread.
#pragma once

#include <string>

#include "metrics/registry.h"
#include "services/chain/event_sink.h"
#include "services/host/module_context.h"

namespace status::chain {

class ModuleEvents final : public EventSink {
 public:
  explicit ModuleEvents(host::ModuleContext& context) : context_(context) {}

  void publish(const HeadChanged& event) override;
  void publish(const ReadinessChanged& event) override;
  void publish(const TransactionStatus& event) override { context_.publish("transaction_status", event); }
  void note(const std::string& text) override { context_.log().warn(text); }
  void trouble(const std::string& network, const std::string& why) override { context_.degraded(network, why); }
  void well(const std::string& network) override { context_.recovered(network); }

 private:
  metrics::Gauge gauge(const char* name, const char* help, const std::string& network) {
    return context_.instruments().registry().gauge(name, help, {{"network", network}});
  }

  host::ModuleContext& context_;
};

}  // namespace status::chain
