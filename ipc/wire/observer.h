// What a Server and a Client tell the metrics: the instruments live above ipc, so ipc knows them by this interface
// only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ipc/base/error.h"
#include "ipc/wire/envelope.h"

namespace status::ipc {

struct FinishedCall {
  std::string_view method;
  std::string_view caller;
  std::optional<Code> code;  // empty: success
  Stages stages;
  std::uint64_t send_ns = 0;   // from the caller's send stamp to the arrival; 0 when not of this host
  std::uint64_t total_ns = 0;  // from arrival to answer
  std::uint64_t started_ns = 0;
  std::optional<Trace> trace;
  std::size_t request_bytes = 0;
  std::size_t response_bytes = 0;
};

// Called on NNG's and on worker threads, several at a time: implementations only count.
class ServerObserver {
 public:
  virtual ~ServerObserver() = default;
  virtual void finished(const FinishedCall& call) = 0;
  // Refused before its handler; `reason` is the error's: "ipc.queue_full", "ipc.bad_envelope", … A frame over 16 MiB is
  // none of them: NNG closes its connection in the transport, and the pipe event that follows is that of any peer that
  // goes away.
  virtual void rejected(std::string_view reason) = 0;
};

struct FinishedRequest {
  std::string_view target;  // the module called
  std::string_view method;
  std::optional<Code> code;
  std::uint64_t total_ns = 0;
  std::uint64_t started_ns = 0;
  std::optional<Trace> trace;            // of the call itself
  std::array<std::uint8_t, 8> parent{};  // the span that it was made for; all zero: none
  std::size_t request_bytes = 0;
  std::size_t response_bytes = 0;
  // What only the answer tells; all empty when there was none.
  bool answered = false;
  std::uint64_t send_ns = 0;   // until it arrived there; 0 when that is of another host
  std::uint64_t reply_ns = 0;  // from the callee's stamp to the arrival
  Stages stages;
};

class ClientObserver {
 public:
  virtual ~ClientObserver() = default;
  virtual void finished(const FinishedRequest& request) = 0;
};

}  // namespace status::ipc
