// Where the events of the interface go. Implemented by whoever serves the module's stream `waku.events.next`.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/value.h"

namespace status::waku {

class EventSink {
 public:
  virtual ~EventSink() = default;
  // `event` is a name of the interface without the module: "propagated". On the intake thread; must not call the
  // service.
  virtual void publish(std::string_view event, Value data) = 0;
  // For the module's log.
  virtual void note(const std::string& text) = 0;
};

}  // namespace status::waku
