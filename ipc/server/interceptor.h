// What a server lets in between a request and its handler. Fault injection is the one implementation; a server has none
// unless it is given one.
#pragma once

#include "ipc/base/result.h"

namespace status::ipc {

// Both on the worker's thread, whose MethodScope names the method, for handlers that run on workers; they may take
// their time, and several threads are in them at once.
class Interceptor {
 public:
  enum class Go : std::uint8_t {
    on,    // to the handler
    drop,  // nowhere: nobody answers, and the deadline does
  };

  virtual ~Interceptor() = default;
  // What it takes is charged to the stage `queue`. An error is the call's answer.
  virtual Result<Go> before_handler() = 0;
  // What it takes is charged to the stage `handler`.
  virtual Result<Go> in_handler() = 0;
};

}  // namespace status::ipc
