#include "ipc/stream/stream.h"

#include "ipc/api/convert.h"
#include "ipc/wire/limits.h"

namespace status::ipc {
namespace {

Result<api::StreamRequest> parse(const Call& call) {
  Result<api::StreamRequest> request = api::decode<api::StreamRequest>(call.params(), api::Mode::strict);
  if (request && request->wait_ms >= call.header().deadline_ms) {
    return fail(Code::invalid_argument, "ipc.invalid_params",
                "`wait_ms` is " + std::to_string(request->wait_ms) + " and must be less than the deadline of " +
                    std::to_string(call.header().deadline_ms) + " ms");
  }
  return request;
}

}  // namespace

// What outlives a Stream for as long as a timer or a job still refers to it.
struct Stream::Desk {
  Desk(Server& s, StreamSource& o, Run r) : server(s), source(o), run(r) {}

  Server& server;
  StreamSource& source;
  const Run run;
  std::mutex mutex;
  std::list<Waiter> waiters;
  std::uint64_t wakes = 0;  // counts wake(): a poll that read before one must look again
  bool job_posted = false;
  bool closed = false;

  std::uint64_t wakes_now() {
    std::lock_guard lock(mutex);
    return wakes;
  }

  void answer(Waiter& waiter, const Page& page) const {
    waiter.call.reply(page.encode(source.cursor(waiter.position.seq), waiter.position.lagged, waiter.position.reset));
  }

  // Takes the waiter out; empty when somebody else did.
  std::list<Waiter> take_locked(std::list<Waiter>::iterator waiter) {
    std::list<Waiter> taken;
    taken.splice(taken.begin(), waiters, waiter);
    server.timers().cancel(waiter->timer);
    return taken;
  }

  void expire(const TimerQueue::Id& timer) {
    std::list<Waiter> taken;
    {
      std::lock_guard lock(mutex);
      for (auto it = waiters.begin(); it != waiters.end(); ++it) {
        if (it->timer != timer) continue;
        taken = take_locked(it);
        break;
      }
    }
    for (Waiter& waiter : taken) answer(waiter, Page());
  }

  // False when something was published since `seen`: look again.
  bool park(const std::shared_ptr<Desk>& self, std::list<Waiter>& arrivals, std::uint64_t& seen) {
    std::lock_guard lock(mutex);
    if (wakes != seen) {
      seen = wakes;
      return false;
    }
    for (Waiter& waiter : arrivals) {
      auto id = std::make_shared<TimerQueue::Id>();
      // The timer cannot act before its id is known: expire() needs the lock that is held here.
      *id = server.timers().schedule(waiter.expiry, [self, id] { self->expire(*id); });
      waiter.timer = *id;
    }
    waiters.splice(waiters.end(), arrivals);
    return true;
  }

  // Answers those for whom there is something; the others stay in the list.
  void answer_ready(std::list<Waiter>& waiting) {
    for (auto it = waiting.begin(); it != waiting.end();) {
      Page page(it->request.coalesce);
      if (Status read = source.read(it->position, it->request, page); !read) {
        it->call.fail(read.error());
      } else if (page.size() == 0) {
        ++it;
        continue;
      } else {
        answer(*it, page);
      }
      it = waiting.erase(it);
    }
  }

  std::list<Waiter> take_consumer(const std::string& consumer) {
    std::lock_guard lock(mutex);
    for (auto it = waiters.begin(); !consumer.empty() && it != waiters.end(); ++it) {
      if (it->consumer == consumer) return take_locked(it);
    }
    return {};
  }
};

Stream::Stream(Server& server, const std::string& method, StreamSource& source, Run run)
    : desk_(std::make_shared<Desk>(server, source, run)) {
  server.handle(method, run, [desk = desk_](Call call) { poll(desk, std::move(call)); });
}

Stream::~Stream() {
  std::list<Waiter> left;
  {
    std::lock_guard lock(desk_->mutex);
    desk_->closed = true;
    for (const Waiter& waiter : desk_->waiters) desk_->server.timers().cancel(waiter.timer);
    left.swap(desk_->waiters);
  }
  for (Waiter& waiter : left) {
    waiter.call.fail(make_retryable(Code::unavailable, "ipc.draining", "the stream is closing", 200));
  }
}

std::size_t Stream::parked() const {
  std::lock_guard lock(desk_->mutex);
  return desk_->waiters.size();
}

void Stream::poll(const std::shared_ptr<Desk>& desk, Call call) {
  Result<api::StreamRequest> request = parse(call);
  if (!request) return call.fail(request.error());
  std::string consumer = request->consumer ? call.caller().name + "/" + *request->consumer : std::string();
  for (Waiter& earlier : desk->take_consumer(consumer)) {
    earlier.call.fail(make_error(Code::aborted, "ipc.superseded", "another poll of this consumer took over"));
  }
  Result<StreamPosition> position = desk->source.start(*request, call.caller());
  if (!position) return call.fail(position.error());

  std::uint64_t seen = desk->wakes_now();
  Page page(request->coalesce);
  if (Status read = desk->source.read(*position, *request, page); !read) return call.fail(read.error());
  if (page.size() != 0 || request->wait_ms == 0 || position->reset || position->lagged != 0) {
    return call.reply(page.encode(desk->source.cursor(position->seq), position->lagged, position->reset));
  }
  if (!call.park()) return;
  const auto expiry = std::chrono::steady_clock::now() + std::chrono::milliseconds(request->wait_ms);
  std::list<Waiter> arrival;
  arrival.push_back(Waiter{std::move(call), std::move(*request), *position, std::move(consumer), expiry, {}});
  while (!arrival.empty() && !desk->park(desk, arrival, seen)) desk->answer_ready(arrival);
}

void Stream::wake() {
  bool here = false;
  {
    std::lock_guard lock(desk_->mutex);
    ++desk_->wakes;
    if (desk_->waiters.empty() || desk_->closed) return;
    if (desk_->run == Run::inline_thread) {
      here = true;
    } else if (std::exchange(desk_->job_posted, true)) {
      return;
    }
  }
  if (here || !desk_->server.post([desk = desk_] { serve(desk); })) serve(desk_);
}

void Stream::serve(const std::shared_ptr<Desk>& desk) {
  std::list<Waiter> waiting;
  std::uint64_t seen = 0;
  {
    std::lock_guard lock(desk->mutex);
    desk->job_posted = false;
    seen = desk->wakes;
    for (const Waiter& waiter : desk->waiters) desk->server.timers().cancel(waiter.timer);
    waiting.swap(desk->waiters);
  }
  do {
    desk->answer_ready(waiting);
  } while (!waiting.empty() && !desk->park(desk, waiting, seen));
}

}  // namespace status::ipc
