#include "ipc/client/client_core.h"

#include <algorithm>

#include "ipc/base/clock.h"
#include "ipc/nng/error.h"
#include "ipc/wire/limits.h"

namespace status::ipc {
namespace {

// What a connection takes to be made, and more.
constexpr std::chrono::milliseconds kConnectTime{50};

Error closing_error() { return make_error(Code::cancelled, "ipc.cancelled", "the client is closing"); }

// Of the other process's clock, which is this one's; 0 when it says something else.
std::uint64_t since(std::uint64_t stamp_ns, std::uint64_t now_ns) {
  return stamp_ns != 0 && stamp_ns < now_ns ? now_ns - stamp_ns : 0;
}

std::optional<Code> code_of(const Result<Response>& result) {
  if (!result) return result.error().code;
  return result->error() ? std::optional(result->error()->code) : std::nullopt;
}

}  // namespace

Status ClientCore::dial() {
  weak_self_ = std::make_unique<std::weak_ptr<ClientCore>>(weak_from_this());
  nng_pipe_notify(socket_.get(), NNG_PIPE_EV_ADD_POST, &ClientCore::on_pipe, weak_self_.get());
  nng_pipe_notify(socket_.get(), NNG_PIPE_EV_REM_POST, &ClientCore::on_pipe, weak_self_.get());
  return dialer_.start(socket_.get(), options_.url, options_.redial_max);
}

void ClientCore::on_pipe(nng_pipe, nng_pipe_ev event, void* weak_self) {
  const auto core = static_cast<std::weak_ptr<ClientCore>*>(weak_self)->lock();
  if (core == nullptr) return;
  event == NNG_PIPE_EV_ADD_POST ? core->pipe_added() : core->pipe_removed();
}

CallHandle ClientCore::start(Message request, std::uint32_t deadline_ms, std::string_view method,
                             const CallTrace& trace, Client::Callback callback, bool quiet) {
  std::unique_lock lock(mutex_);
  Courier* courier = nullptr;
  std::optional<Error> error;
  if (closing_) {
    error = closing_error();
  } else if (nng_msg_len(request.get()) > kMaxMessage) {
    error = make_error(Code::resource_exhausted, "ipc.limit", "a message is at most 16 MiB: send bulk data in chunks");
  } else if (courier = take_courier_locked(); courier == nullptr) {
    error =
        make_retryable(Code::resource_exhausted, "ipc.too_many_calls",
                       std::to_string(options_.max_in_flight) + " calls to " + options_.target + " are in flight", 50);
  }
  if (error) {
    lock.unlock();
    callback(fail(std::move(*error)));
    return {};
  }
  courier->ticket = ++next_ticket_;
  courier->about.method.assign(method);
  courier->about.trace = trace;
  courier->about.bytes = nng_msg_len(request.get());
  courier->about.started_ns = monotonic_ns();
  courier->deadline_ns = courier->about.started_ns + std::uint64_t{deadline_ms} * 1'000'000U;
  courier->callback = std::move(callback);
  courier->quiet = quiet;
  courier->verdict.reset();
  in_flight_.fetch_add(1);
  arm_deadline_locked(courier->deadline_ns);
  CallHandle handle(weak_from_this(), courier->index(), courier->ticket);
  if (connected()) {
    courier->send(std::move(request));
  } else {
    courier->waiting = std::move(request);
    arm_patience_locked();
  }
  return handle;
}

Courier* ClientCore::take_courier_locked() {
  if (!free_.empty()) {
    Courier* courier = free_.back();
    free_.pop_back();
    return courier;
  }
  if (couriers_.size() >= options_.max_in_flight) return nullptr;
  nng_ctx context = NNG_CTX_INITIALIZER;
  if (nng_ctx_open(&context, socket_.get()) != 0) return nullptr;
  return couriers_.emplace_back(std::make_unique<Courier>(*this, couriers_.size(), context)).get();
}

bool ClientCore::await_reply(Courier& courier) {
  std::lock_guard lock(mutex_);
  if (courier.verdict) return false;
  courier.receive();
  return true;
}

void ClientCore::finish(Courier& courier, Result<Response> result) {
  Client::Callback callback;
  Courier::About about;
  bool counted = false;
  {
    std::lock_guard lock(mutex_);
    if (!result && courier.verdict) {
      result = fail(std::move(*courier.verdict));
      reply_may_come_ = true;
    }
    callback = std::move(courier.callback);
    courier.callback = nullptr;
    courier.waiting.reset();
    courier.ticket = 0;
    about = courier.about;
    counted = observer_ != nullptr && !courier.quiet;
    // From here on the courier may carry the next call.
    free_.push_back(&courier);
  }
  if (counted) tell(about, result);
  callback(std::move(result));
  callback = nullptr;
  // Only a closing client counts; whoever runs this is waited for before the core goes.
  if (in_flight_.fetch_sub(1) != 1 || !closing_) return;
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void ClientCore::tell(const Courier::About& about, const Result<Response>& result) const {
  FinishedRequest finished;
  finished.target = options_.target;
  finished.method = about.method.view();
  finished.code = code_of(result);
  const std::uint64_t now = monotonic_ns();
  finished.started_ns = about.started_ns;
  finished.total_ns = now - about.started_ns;
  finished.trace = about.trace.trace;
  finished.parent = about.trace.parent;
  finished.request_bytes = about.bytes;
  if (result) {
    const ResponseHeader& header = result->header();
    finished.answered = true;
    finished.send_ns = since(about.started_ns, header.received_ns);
    finished.reply_ns = since(header.written_ns, now);
    finished.stages = header.stages;
    finished.response_bytes = result->size();
  }
  observer_->finished(finished);
}

void ClientCore::pipe_added() {
  std::lock_guard lock(mutex_);
  if (pipes_.fetch_add(1) == 0) dialer_.connected();
  ++epoch_;
  for (const auto& courier : couriers_) {
    if (courier->ticket != 0 && courier->waiting) courier->send(std::move(courier->waiting));
  }
  changed_.notify_all();
}

void ClientCore::pipe_removed() {
  std::lock_guard lock(mutex_);
  if (pipes_.fetch_sub(1) > 1) return;
  dialer_.disconnected();
  // Calls that were sent on it fail by themselves; one that NNG queued for a connection just then would wait for ever.
  if (in_flight_ > 0) arm_patience_locked();
}

void ClientCore::arm_patience_locked() {
  if (patience_armed_ || closing_) return;
  patience_armed_ = true;
  timers_.schedule(std::chrono::steady_clock::now() + options_.connect_patience,
                   [this, epoch = epoch_] { give_up_unconnected(epoch); });
}

void ClientCore::give_up_unconnected(std::uint64_t epoch) {
  {
    std::lock_guard lock(mutex_);
    patience_armed_ = false;
    if (connected()) return;
    if (epoch != epoch_) return arm_patience_locked();  // connected and lost again meanwhile: that has its own patience
  }
  // What NNG has taken may have arrived, also where it has had no time yet to say that the connection is gone.
  end_calls([this](const Courier& courier) {
    return courier.waiting ? not_connected()
                           : nng_error(NNG_ECONNRESET, "call " + std::string(courier.about.method.view()));
  });
}

void ClientCore::arm_deadline_locked(std::uint64_t deadline_ns) {
  if (closing_ || (deadline_timer_ && armed_deadline_ns_ <= deadline_ns)) return;
  if (deadline_timer_) timers_.cancel(*deadline_timer_);
  armed_deadline_ns_ = deadline_ns;
  deadline_timer_ =
      timers_.schedule(MonotonicTime(std::chrono::nanoseconds(deadline_ns)), [this] { expire_overdue(); });
}

void ClientCore::expire_overdue() {
  const std::uint64_t now = monotonic_ns();
  end_calls([now](const Courier& courier) -> std::optional<Error> {
    if (courier.deadline_ns > now) return std::nullopt;
    return make_error(Code::deadline_exceeded, "ipc.deadline",
                      std::string(courier.about.method.view()) + " was not answered by its deadline");
  });
  std::lock_guard lock(mutex_);
  if (deadline_timer_) timers_.cancel(*deadline_timer_);
  deadline_timer_.reset();
  std::uint64_t next = 0;
  for (const auto& courier : couriers_) {
    if (courier->ticket == 0 || courier->verdict) continue;
    if (next == 0 || courier->deadline_ns < next) next = courier->deadline_ns;
  }
  if (next != 0) arm_deadline_locked(next);
}

void ClientCore::end_calls(const std::function<std::optional<Error>(const Courier&)>& verdict) {
  std::vector<std::pair<Courier*, Error>> unsent;
  {
    std::lock_guard lock(mutex_);
    for (const auto& courier : couriers_) {
      if (courier->ticket == 0 || courier->verdict) continue;
      std::optional<Error> error = verdict(*courier);
      if (!error) continue;
      if (courier->waiting) {
        courier->waiting.reset();
        unsent.emplace_back(courier.get(), std::move(*error));
      } else {
        courier->verdict = std::move(error);
        courier->cancel();
      }
    }
  }
  for (auto& [courier, error] : unsent) finish(*courier, fail(std::move(error)));
}

void ClientCore::cancel(std::size_t index, std::uint64_t ticket) {
  end_calls([=](const Courier& courier) -> std::optional<Error> {
    if (courier.index() != index || courier.ticket != ticket) return std::nullopt;
    return make_error(Code::cancelled, "ipc.cancelled", "the call was cancelled");
  });
}

void ClientCore::close() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  end_calls([](const Courier&) { return closing_error(); });
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return in_flight_ == 0; });
    // A socket that is closed while it dials may cost the other side its listener (TRANSPORT.md section 1.1).
    if (options_.url.starts_with("ipc://")) {
      changed_.wait_for(lock, kConnectTime, [this] { return connected(); });
    }
  }
  timers_.stop();
  close_socket();
  couriers_.clear();
}

void ClientCore::close_socket() {
  if (!reply_may_come_) {
    socket_.close();  // and no pipe callback runs any more
    return;
  }
  dialer_.rest();  // what is left would go on dialling four times a second when the other side is gone
  socket_.abandon();
  weak_self_.release();  // the socket goes on calling back, and finds nobody
}

Error ClientCore::not_connected() const {
  return make_retryable(Code::unavailable, "ipc.not_connected",
                        "no connection to " + options_.target + ": it is down or restarting", 100);
}

}  // namespace status::ipc
