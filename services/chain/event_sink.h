// Where the service's events and words for the operator go.
#pragma once

#include <string>
#include <string_view>

#include "services/chain/api.h"

namespace status::chain {

// Any thread.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void publish(const HeadChanged& event) = 0;
  virtual void publish(const ReadinessChanged& event) = 0;
  virtual void publish(const TransactionStatus& event) = 0;
  // For the log.
  virtual void note(const std::string& text) = 0;
  // A network cannot be relied on, or can again.
  virtual void trouble(const std::string& network, const std::string& why) = 0;
  virtual void well(const std::string& network) = 0;
};

}  // namespace status::chain
