// `GET /api/supervisor.top?q={"window_ms":5000}` and `POST /api/supervisor.restart` with a token: the gateway's own
// methods as JSON. Only those of access.h; what a method takes, limits and answers is said by its interface. Office
// thread.
#pragma once

#include <cstdint>
#include <memory>

#include "ipc/base/clock.h"
#include "supervisor/gateway/dashboard/front_caller.h"
#include "supervisor/gateway/http/call.h"

namespace status::gateway {

class JsonDoor {
 public:
  // What is read by people does not need more; the rest is the gateway's time for others. 429 past it.
  static constexpr unsigned kMaxReadsPerSecond = 50;

  // Outlives the office's thread, as both of these do.
  JsonDoor(FrontCaller& front, const Clock& clock) : front_(front), clock_(clock) {}

  // The call's path is /api/METHOD. The answer is the method's, or {"error": {code, reason, message, …}} with the HTTP
  // status that is nearest to its code.
  void answer(std::shared_ptr<HttpCall> call);

 private:
  void show(std::shared_ptr<HttpCall> call, const std::string& method);
  void act(std::shared_ptr<HttpCall> call, const std::string& method);

  bool too_often();

  FrontCaller& front_;
  const Clock& clock_;
  MonotonicTime second_{};  // the one that is counted
  unsigned reads_ = 0;      // in it
};

}  // namespace status::gateway
