// What changes on a request at each hop through the gateway (WIRE.md section 2). Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "ipc/base/random.h"
#include "ipc/nng/message.h"
#include "ipc/wire/envelope.h"

namespace status::gateway {

// A stream's poll waits by design.
inline bool is_poll(std::string_view method) { return method.ends_with(".next"); }

struct NextHop {
  ipc::Credential credential{};
  std::uint32_t deadline_ms = 0;
  std::string_view user = {};  // nobody but the gateway says who a front end is
};

// The same message for the next hop: patched in place where that is enough, with a new prefix otherwise. `view` is
// invalid after it. `ids`: of the trace, where the request brings none.
void readdress(ipc::Message& message, const ipc::RequestView& view, const NextHop& next, Random& ids);

}  // namespace status::gateway
