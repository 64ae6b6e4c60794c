// One way to an endpoint: a request, its answer, the next request. For one thread, that of the io_context.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/base/result.h"

namespace status::chain::rpc {

class Link {
 public:
  // Answers on the io_context's thread. Errors: UNAVAILABLE `chain.unreachable`, DEADLINE_EXCEEDED `chain.slow`,
  // RESOURCE_EXHAUSTED `chain.answer_too_large`, `chain.rate_limited`.
  using Done = std::function<void(Result<std::string>)>;

  virtual ~Link() = default;
  // `body`: one JSON-RPC call or a list of them. One at a time.
  virtual void post(std::string body, MonotonicTime deadline, Done done) = 0;
  virtual bool idle() const = 0;
  // What waits is answered with UNAVAILABLE.
  virtual void close() = 0;
};

// What is at the other end of links.
struct Place {
  std::string name;                                // in logs, errors and metrics: no secrets
  bool is_proxy = false;                           // it verifies what it says
  std::function<std::shared_ptr<Link>()> connect;  // one more link
};

}  // namespace status::chain::rpc
