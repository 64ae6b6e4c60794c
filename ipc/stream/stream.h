// A cursor stream as others see it: long polls against a source of events (WIRE.md section 3).
//
// A poll that finds events is answered at once; one that finds none is parked, where it holds no worker, and is
// answered when something is published or its wait is over. A second poll of the same consumer ends the first with
// ABORTED (`ipc.superseded`).
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ipc/api/stream_types.h"
#include "ipc/server/server.h"
#include "ipc/stream/page.h"

namespace status::ipc {

// Where a reader stands.
struct StreamPosition {
  std::uint64_t seq = 0;     // of the last event that it has
  std::uint64_t lagged = 0;  // events that are gone from behind it
  bool reset = false;        // its cursor was of another incarnation: take a snapshot
  bool oldest = false;       // begin at the oldest kept, whatever `seq` says
};

class StreamSource {
 public:
  virtual ~StreamSource() = default;
  // Errors: INVALID_ARGUMENT (`ipc.bad_cursor`). For a durable source, passing a cursor acknowledges it. `principal`:
  // for whom (access.h).
  virtual Result<StreamPosition> start(const api::StreamRequest& request, const std::string& principal) = 0;
  // Moves the position past what it looked at.
  virtual Status read(StreamPosition& position, const api::StreamRequest& request, Page& page) = 0;
  virtual std::string cursor(std::uint64_t seq) const = 0;
  virtual std::uint64_t last() = 0;
};

class Stream {
 public:
  // `run`: where the source may be asked: inline_thread when it never blocks, worker when it reads a database.
  // Registers `method` with the server. Destroy it before the server; the source outlives it.
  Stream(Server& server, const std::string& method, StreamSource& source, Run run);
  // Parked polls are answered UNAVAILABLE, and so are later ones; the source is not asked any more when this returns.
  ~Stream();

  // Something was published. Any thread.
  void wake();

  std::size_t parked() const;

 private:
  struct Waiter {
    Call call;
    api::StreamRequest request;
    StreamPosition position;
    std::string consumer;  // "principal/consumer"; empty: anonymous
    std::uint64_t number;  // of the polls of this stream, in order of arrival
    MonotonicTime expiry;
    std::optional<TimerQueue::Id> timer = {};
  };
  struct Desk;
  class Visit;

  static void poll(const std::shared_ptr<Desk>& desk, Call call);
  static void serve(const std::shared_ptr<Desk>& desk);

  std::shared_ptr<Desk> desk_;
};

}  // namespace status::ipc
