// A handler that a thread is in. It outlives its call: one that is past its deadline has been answered, and is what
// blocks the thread all the same, so it stays in the load and in the crash record until the handler returns.
// Private to ipc/server.
#pragma once

#include <list>
#include <optional>
#include <string>

#include "ipc/wire/trace.h"

namespace status::ipc {

class Call;
class Server;
class Slot;

struct RunningHandler {
  std::string method;
  std::optional<Trace> trace;
  std::uint64_t received_ns = 0;
  std::uint64_t deadline_ns = 0;
};

class RunningCall {
 public:
  // In the server's list from here to the destructor; not when the call has been answered already.
  RunningCall(Server& server, const Call& call);
  ~RunningCall();
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  explicit operator bool() const { return place_.has_value(); }
  // Lives as long as this. Only where it is in the list.
  std::string_view method() const { return (*place_)->method; }

 private:
  Server& server_;
  Slot& slot_;
  const std::uint64_t ticket_;
  std::size_t crash_slot_;
  std::optional<std::list<RunningHandler>::iterator> place_;
};

}  // namespace status::ipc
