// One request being answered: move-only, answered exactly once on every path.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/base/stage_clock.h"
#include "ipc/nng/message.h"
#include "ipc/server/access.h"
#include "ipc/wire/envelope.h"

namespace status::ipc {

class Slot;

struct ReplyOptions {
  std::string cursor;  // `x`: after which this write is visible
};

// Destroying an unanswered call answers INTERNAL (`ipc.unanswered`), or UNAVAILABLE when the server is closing: NNG
// would otherwise leave the caller waiting. A second answer, and one after the deadline, are dropped. One thread at a
// time; answering may happen on any thread.
class Call {
 public:
  Call(Slot& slot, std::uint64_t ticket, Message request, RequestView view, std::shared_ptr<const Caller> caller);
  Call(Call&& other) noexcept;
  Call& operator=(Call&&) = delete;
  ~Call();

  std::string_view method() const { return view_.header.method; }
  const RequestHeader& header() const { return view_.header; }
  const RequestView& view() const { return view_; }
  ByteView params() const { return request_.bytes().subspan(view_.body_at); }
  const Caller& caller() const { return *caller_; }
  std::string principal() const { return principal_of(*caller_, view_.header); }
  MonotonicTime deadline() const { return deadline_; }
  // What is left of the deadline, at least 1: what to pass on to the next hop.
  std::uint32_t remaining_ms() const;
  // The deadline passed and the caller has its answer: stop working on this.
  bool abandoned() const;
  std::uint64_t received_ns() const { return received_ns_; }

  // `result` is an encoded MessagePack map. Past 16 MiB the answer is RESOURCE_EXHAUSTED (`ipc.limit`) instead: the
  // receiver would reset the connection.
  void reply(ByteView result, const ReplyOptions& options = {});
  void fail(const Error& error);

  // For forwarders: the request moves on (after this params(), method() and the header's texts are gone), and somebody
  // else's whole response comes back.
  Message take_message() {
    echo_ = view_.header.echo;
    return std::move(request_);
  }
  void reply_message(Message response, std::optional<Code> code);

  // A waiting poll: from here on it counts in no limit and in no latency. False, and answered, when it may not wait:
  // RESOURCE_EXHAUSTED when too many are parked, or what Server::end_polls was given.
  bool park();

  // Nobody here will answer: the deadline does.
  void forget() { slot_ = nullptr; }
  bool parked() const { return parked_; }

  // For a handler that returns before it answers: whom the call waits for from then on. Unsaid: the handler itself.
  // Before the call is handed on.
  void hand_to(Stage stage) { waits_for_ = stage; }

 private:
  friend class Server;
  friend class RunningCall;
  // The queue ends and the handler begins; what the handler's thread charges to a stage goes to the totals.
  std::shared_ptr<StageTotals> start_handler();
  void close_books();
  ResponseHeader response_header() const;
  void answer(Message response, std::optional<Code> code);

  Slot* slot_;  // null after a move
  std::uint64_t ticket_;
  Message request_;
  RequestView view_;
  std::shared_ptr<const Caller> caller_;
  MonotonicTime deadline_;
  std::uint64_t received_ns_;
  Stages stages_;
  std::uint64_t handler_start_ns_ = 0;
  std::shared_ptr<StageTotals> totals_;
  std::optional<Stage> waits_for_;
  bool parked_ = false;
  std::string echo_;  // once the request has moved on
};

}  // namespace status::ipc
