// One HTTP request that waits for its answer. Office thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "supervisor/gateway/http/message.h"

namespace status::gateway {

// A reply of Server-Sent Events that goes on until either end leaves.
class HttpStream {
 public:
  virtual ~HttpStream() = default;

  // One text at a time: the next one once `written(true)` was called. `written(false)`: who reads it is gone, or did not
  // take it for HttpEndpoint::kTimeout; the stream is over. Dropping the stream closes the connection.
  virtual void write(std::shared_ptr<const std::string> text, std::function<void(bool)> written) = 0;
};

class HttpCall {
 public:
  virtual ~HttpCall() = default;

  virtual const HttpRequest& request() const = 0;

  // Exactly one of these two, now or later; a call that is dropped without is a connection that is closed.
  virtual void reply(HttpReply reply) = 0;
  virtual std::shared_ptr<HttpStream> open_stream() = 0;
};

// Takes the call, and answers or keeps it. The session has seen to Host, sizes and times; for POST to the origin, too.
using HttpHandler = std::function<void(std::shared_ptr<HttpCall>)>;

}  // namespace status::gateway
