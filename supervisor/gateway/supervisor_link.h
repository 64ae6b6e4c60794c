// How the gateway asks the supervisor to do something: the control line of a process, a function call inside one.
#pragma once

#include <functional>

#include "ipc/base/result.h"
#include "ipc/control/control_line.h"

namespace status::gateway {

class SupervisorLink {
 public:
  using Done = std::function<void(const Result<Value>&)>;
  virtual ~SupervisorLink() = default;

  // Any thread, also NNG's: must not wait for the answer. `done` is called exactly once, on any thread, with what the
  // supervisor says (null where there is nothing to say); the states that follow come as rows. `id` is the link's own.
  virtual void command(ipc::control::Command command, Done done) = 0;
};

}  // namespace status::gateway
