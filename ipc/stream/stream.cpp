#include "ipc/stream/stream.h"

#include <condition_variable>

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

Error closing_error() { return make_retryable(Code::unavailable, "ipc.draining", "the stream is closing", 200); }

Error superseded_error() {
  return make_error(Code::aborted, "ipc.superseded", "another poll of this consumer took over");
}

}  // namespace

// What outlives a Stream for as long as a timer or a job still refers to it.
struct Stream::Desk {
  Desk(Server& s, StreamSource& o, Run r) : server(s), source(o), run(r) {}

  Server& server;
  StreamSource& source;
  const Run run;
  std::mutex mutex;
  std::condition_variable left;
  std::list<Waiter> waiters;
  std::map<std::string, std::uint64_t> newest;  // poll of each consumer that is under way or parked
  std::uint64_t polls = 0;
  std::uint64_t wakes = 0;  // counts wake(): a poll that read before one must look again
  int visits = 0;
  bool job_posted = false;
  bool closed = false;

  std::uint64_t wakes_now() {
    std::lock_guard lock(mutex);
    return wakes;
  }

  // Registers a poll; what its consumer had parked is handed out.
  std::list<Waiter> arrive(const std::string& consumer, std::uint64_t& number) {
    std::lock_guard lock(mutex);
    number = ++polls;
    if (consumer.empty()) return {};
    newest[consumer] = number;
    for (auto it = waiters.begin(); it != waiters.end(); ++it) {
      if (it->consumer == consumer) return take_locked(it);
    }
    return {};
  }

  // The poll has its answer.
  void leave(const std::string& consumer, std::uint64_t number) {
    if (consumer.empty()) return;
    std::lock_guard lock(mutex);
    const auto found = newest.find(consumer);
    if (found != newest.end() && found->second == number) newest.erase(found);
  }

  void answer(Waiter& waiter, const Page& page) {
    leave(waiter.consumer, waiter.number);
    waiter.call.reply(page.encode(source.cursor(waiter.position.seq), waiter.position.lagged, waiter.position.reset));
  }

  std::list<Waiter> take_locked(std::list<Waiter>::iterator waiter) {
    std::list<Waiter> taken;
    taken.splice(taken.begin(), waiters, waiter);
    if (waiter->timer) server.timers().cancel(*waiter->timer);
    return taken;
  }

  // Nobody there: it is being looked after just now, and park() will see that its time is over.
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

  bool superseded_locked(const Waiter& waiter) const {
    const auto found = newest.find(waiter.consumer);
    return found != newest.end() && found->second != waiter.number;
  }

  void schedule_locked(const std::shared_ptr<Desk>& self, Waiter& waiter) {
    auto id = std::make_shared<TimerQueue::Id>();
    // The timer cannot act before its id is known: expire() needs the lock that is held here.
    *id = server.timers().schedule(waiter.expiry, [self, id] { serve_expiry(self, *id); });
    waiter.timer = *id;
  }

  // Parks those who can still wait and answers the others. False when something was published since `seen`: look again.
  bool park(const std::shared_ptr<Desk>& self, std::list<Waiter>& arrivals, std::uint64_t& seen) {
    std::list<Waiter> refused;
    std::list<Waiter> superseded;
    std::list<Waiter> expired;
    {
      std::lock_guard lock(mutex);
      if (!closed && wakes != seen) {
        seen = wakes;
        return false;
      }
      const auto now = std::chrono::steady_clock::now();
      while (!arrivals.empty()) {
        Waiter& waiter = arrivals.front();
        std::list<Waiter>& where = closed                      ? refused
                                   : superseded_locked(waiter) ? superseded
                                   : waiter.expiry <= now      ? expired
                                                               : waiters;
        if (&where == &waiters && !waiter.timer) schedule_locked(self, waiter);
        where.splice(where.end(), arrivals, arrivals.begin());
      }
    }
    for (Waiter& waiter : refused) waiter.call.fail(closing_error());
    for (Waiter& waiter : superseded) waiter.call.fail(superseded_error());
    for (Waiter& waiter : expired) answer(waiter, Page());
    return true;
  }

  // Answers those for whom there is something; the others stay in the list.
  void answer_ready(std::list<Waiter>& waiting) {
    for (auto it = waiting.begin(); it != waiting.end();) {
      Page page(it->request.coalesce);
      const Status read = source.read(it->position, it->request, page);
      if (read && page.size() == 0 && it->position.lagged == 0) {
        ++it;
        continue;
      }
      if (it->timer) server.timers().cancel(*it->timer);
      if (read) {
        answer(*it, page);
      } else {
        leave(it->consumer, it->number);
        it->call.fail(read.error());
      }
      it = waiting.erase(it);
    }
  }

  static void serve_expiry(const std::shared_ptr<Desk>& desk, const TimerQueue::Id& timer);
};

// Keeps the source from going while it is asked.
class Stream::Visit {
 public:
  explicit Visit(Desk& desk) : desk_(desk) {
    std::lock_guard lock(desk_.mutex);
    open_ = !desk_.closed;
    if (open_) ++desk_.visits;
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() {
    if (!open_) return;
    std::lock_guard lock(desk_.mutex);
    if (--desk_.visits == 0) desk_.left.notify_all();
  }
  bool open() const { return open_; }

 private:
  Desk& desk_;
  bool open_;
};

void Stream::Desk::serve_expiry(const std::shared_ptr<Desk>& desk, const TimerQueue::Id& timer) {
  const Visit visit(*desk);
  if (visit.open()) desk->expire(timer);
}

Stream::Stream(Server& server, const std::string& method, StreamSource& source, Run run)
    : desk_(std::make_shared<Desk>(server, source, run)) {
  server.handle(method, run, [desk = desk_](Call call) { poll(desk, std::move(call)); });
}

Stream::~Stream() {
  std::list<Waiter> left;
  {
    std::unique_lock lock(desk_->mutex);
    desk_->closed = true;
    desk_->left.wait(lock, [this] { return desk_->visits == 0; });
    for (const Waiter& waiter : desk_->waiters) desk_->server.timers().cancel(*waiter.timer);
    left.swap(desk_->waiters);
  }
  for (Waiter& waiter : left) waiter.call.fail(closing_error());
}

std::size_t Stream::parked() const {
  std::lock_guard lock(desk_->mutex);
  return desk_->waiters.size();
}

void Stream::poll(const std::shared_ptr<Desk>& desk, Call call) {
  const Visit visit(*desk);
  if (!visit.open()) return call.fail(closing_error());
  Result<api::StreamRequest> request = parse(call);
  if (!request) return call.fail(request.error());
  const std::string principal = call.principal();
  const std::string consumer = request->consumer ? principal + "/" + *request->consumer : std::string();
  std::uint64_t number = 0;
  for (Waiter& earlier : desk->arrive(consumer, number)) earlier.call.fail(superseded_error());
  const auto leave_with = [&](const Error& error) {
    desk->leave(consumer, number);
    call.fail(error);
  };
  Result<StreamPosition> position = desk->source.start(*request, principal);
  if (!position) return leave_with(position.error());

  std::uint64_t seen = desk->wakes_now();
  Page page(request->coalesce);
  if (Status read = desk->source.read(*position, *request, page); !read) return leave_with(read.error());
  const auto expiry = std::chrono::steady_clock::now() + std::chrono::milliseconds(request->wait_ms);
  const bool at_once = page.size() != 0 || request->wait_ms == 0 || position->reset || position->lagged != 0;
  std::list<Waiter> arrival;
  arrival.push_back(Waiter{std::move(call), std::move(*request), *position, consumer, number, expiry});
  if (at_once) return desk->answer(arrival.front(), page);
  if (!arrival.front().call.park()) return desk->leave(consumer, number);
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
  const Visit visit(*desk);
  if (!visit.open()) return;
  std::list<Waiter> waiting;
  std::uint64_t seen = 0;
  {
    std::lock_guard lock(desk->mutex);
    desk->job_posted = false;
    seen = desk->wakes;
    waiting.swap(desk->waiters);
  }
  do {
    desk->answer_ready(waiting);
  } while (!waiting.empty() && !desk->park(desk, waiting, seen));
}

}  // namespace status::ipc
