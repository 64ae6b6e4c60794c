#include "ipc/server/server.h"

#include <algorithm>

#include "ipc/nng/error.h"
#include "ipc/server/slot.h"
#include "ipc/wire/limits.h"

namespace status::ipc {
namespace {

Error too_many_polls() {
  return make_retryable(Code::resource_exhausted, "ipc.too_many_polls", "too many polls wait here already", 1'000);
}

bool is_system(std::string_view method) {
  const std::size_t dot = method.find('.');
  return dot != std::string_view::npos && method.substr(dot + 1).starts_with("_sys.");
}

}  // namespace

Server::Server(ServerOptions options, std::shared_ptr<const AccessPolicy> access, ServerObserver* observer,
               control::CrashArea* crash)
    : options_(std::move(options)), observer_(observer), crash_(crash), access_(std::move(access)) {}

Server::~Server() { shutdown(); }

void Server::handle(std::string method, Run run, Handler handler) {
  auto entry = std::make_shared<const Method>(Method{run, std::move(handler)});
  std::lock_guard lock(mutex_);
  methods_.insert_or_assign(std::move(method), std::move(entry));
}

void Server::handle_others(Handler handler) {
  auto entry = std::make_shared<const Method>(Method{Run::inline_thread, std::move(handler)});
  std::lock_guard lock(mutex_);
  others_ = std::move(entry);
}

Status Server::listen() {
  Result<Socket> socket = Socket::reply(options_.max_message);
  if (!socket) return fail(socket.error());
  socket_ = std::move(*socket);
  if (options_.workers > 0) pool_ = std::make_unique<WorkerPool>(options_.workers, options_.queue);
  listener_ = std::make_unique<Listener>(socket_.get(), options_.url,
                                         [this](const Error& error) { connection_refused(error); });
  for (std::size_t i = 0; i < working_contexts() + options_.reserve; ++i) {
    if (Status status = add_slot(); !status) return status;
  }
  // Before the first request can arrive: it may be one for this thread.
  housekeeper_ = std::make_unique<Housekeeper>(Listener::kCheckPeriod, [this] { keep_house(); });
  if (Status status = listener_->start(); !status) return status;
  listening_ = true;
  return {};
}

Status Server::add_slot() {
  nng_ctx context = NNG_CTX_INITIALIZER;
  if (const int rv = nng_ctx_open(&context, socket_.get()); rv != 0) return fail(nng_error(rv, "open a context"));
  Slot* slot = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (closing()) {
      nng_ctx_close(context);
      return fail(stopping());
    }
    slot = slots_.emplace_back(std::make_unique<Slot>(*this, context)).get();
  }
  slot->receive();
  return {};
}

void Server::received(Slot& slot, Message message) {
  slot.received_ns = monotonic_ns();
  slot.pipe = message.pipe_id();
  slot.client = listener_->peers().client_of(static_cast<int>(slot.pipe.load()));
  std::optional<std::uint32_t> id;
  Result<RequestView> view = parse_request(message.bytes(), id);
  if (!view) {
    if (observer_ != nullptr) observer_->rejected(view.error().reason);
    if (!id) {
      // Nothing that could be answered: this peer does not speak the protocol.
      slot.drop_peer();
      slot.receive();
      return;
    }
    if (offends(slot)) return slot.receive();
    slot.echo.clear();  // of the request before this one, both
    slot.method.clear();
    refuse(slot, *id, std::move(view.error()));
    return;
  }
  begin(slot, std::move(message), *view);
}

void Server::refuse(Slot& slot, std::uint32_t id, Error error) {
  if (error.module.empty()) error.module = options_.module;
  ResponseHeader header;
  header.id = id;
  header.generation = options_.generation;
  header.received_ns = slot.received_ns;
  header.written_ns = monotonic_ns();
  header.echo = slot.echo;
  Bytes whole;
  append_error_response(header, error, whole);
  slot.send(Message(whole, {}));
}

void Server::begin(Slot& slot, Message message, RequestView view) {
  RequestHeader& header = view.header;
  if (!header.trace && options_.trace_ids != nullptr) header.trace = Trace::start(*options_.trace_ids);
  std::shared_ptr<const AccessPolicy> access;
  {
    std::lock_guard lock(mutex_);
    access = access_;
  }
  slot.echo.assign(header.echo);
  slot.method.assign(header.method);
  Result<std::shared_ptr<const Caller>> caller = access->identify(header);
  if (!caller) {
    if (observer_ != nullptr) observer_->rejected(caller.error().reason);
    denials_.note({}, header.method, caller.error());
    if (offends(slot)) return slot.receive();
    refuse(slot, header.id, std::move(caller.error()));
    return;
  }
  slot.request_id = header.id;
  slot.caller = *caller;
  slot.trace = header.trace;
  slot.request_bytes = message.bytes().size();
  slot.sent_by_caller_ns = header.sent_ns;
  slot.deadline_ns = slot.received_ns + std::uint64_t{header.deadline_ms} * 1'000'000U;
  slot.parked = false;
  slot.crash_slot = crash_ == nullptr
                        ? control::CrashArea::kNoSlot
                        : crash_->claim(header.method, header.trace ? ByteView(header.trace->trace_id) : ByteView{},
                                        slot.received_ns);
  std::optional<Error> over_limit = count_in(slot.client, header.method);
  const std::uint64_t ticket = tickets_.fetch_add(1, std::memory_order_relaxed) + 1;
  slot.issue(ticket);
  Call call(slot, ticket, std::move(message), view, std::move(*caller));
  if (call.caller().name != kGatewayCaller) call.view_.header.user = {};  // only the gateway says for whom it asks
  std::shared_ptr<const Method> method;
  if (std::optional<Error> error = over_limit ? std::move(over_limit) : admission_error(call, method)) {
    if (observer_ != nullptr) observer_->rejected(error->reason);
    denials_.note(call.caller().name, call.method(), *error);
    call.fail(*error);
    return;
  }
  watch_deadline(slot.deadline_ns);
  dispatch(std::move(method), std::move(call));
}

std::optional<Error> Server::admission_error(const Call& call, std::shared_ptr<const Method>& method) {
  if (!call.caller().methods.contains(call.method())) {
    return make_error(Code::permission_denied, "ipc.denied",
                      "`" + call.caller().name + "` may not call " + std::string(call.method()));
  }
  const std::uint32_t major = call.header().interface_major;
  // Of another module's method (at the gateway) that module judges; system methods are the same in all versions.
  if (major != 0 && options_.interface_major != 0 && major != options_.interface_major &&
      module_of(call.method()) == options_.module && !is_system(call.method())) {
    return make_error(Code::failed_precondition, "ipc.interface_version",
                      "the caller wants interface " + std::to_string(major) + " of " + options_.module +
                          ", this is interface " + std::to_string(options_.interface_major));
  }
  std::function<std::optional<Error>(const Call&)> gate;
  {
    std::lock_guard lock(mutex_);
    const auto found = methods_.find(call.method());
    method = found != methods_.end() ? found->second : others_;
    gate = gate_;
  }
  const bool system = is_system(call.method());
  if (!system && draining_.load(std::memory_order_relaxed)) {
    return stopping();
  }
  if (!system && gate) {
    if (std::optional<Error> refused = gate(call)) return refused;
  }
  if (!method) {
    return make_error(Code::unimplemented, "ipc.unknown_method",
                      std::string(call.method()) + " is not a method of " + options_.module + "; `statusctl describe " +
                          options_.module + "` lists them");
  }
  return std::nullopt;
}

void Server::dispatch(std::shared_ptr<const Method> method, Call call) {
  if (method->run == Run::inline_thread) {
    method->handler(std::move(call));
    return;
  }
  // std::function wants a copyable target; the pointer is released into the job exactly once.
  auto shared = std::make_shared<Call>(std::move(call));
  const Run run = method->run;
  WorkerPool::Job job = [this, method = std::move(method), shared] { run_handler(*method, std::move(*shared)); };
  const bool posted = run == Run::system ? housekeeper_->post(job) : (pool_ != nullptr && pool_->post(job));
  if (posted) return;
  const Error full = queue_full();
  if (observer_ != nullptr) observer_->rejected(full.reason);
  shared->fail(full);
}

void Server::connection_refused(const Error& error) {
  if (observer_ != nullptr) observer_->rejected(error.reason);
  denials_.note("a connection", {}, error);
}

// A request that was refused for what it is, and not for what goes on here. True: it is not even answered.
bool Server::offends(Slot& slot) {
  const std::uint32_t excess = listener_->peers().offended(slot.client);
  if (excess == 0) return false;
  // Once; what it had sent before is read to its end. Closing a single connection through NNG while messages arrive on
  // it is what hang_up.h warns of.
  if (excess == 1 && Peers::is_process(slot.client)) slot.drop_client();
  const std::string process = "process " + std::to_string(slot.client.load());
  const Error dropped = make_error(Code::permission_denied, "ipc.dropped",
                                   process + " sends over " + std::to_string(Peers::kMostOffences) +
                                       " requests in a second that are refused: it is disconnected, and not answered");
  if (observer_ != nullptr) observer_->rejected(dropped.reason);
  denials_.note(process, {}, dropped);
  return true;
}

std::optional<Error> Server::count_in(std::uint64_t client, std::string_view method) {
  std::lock_guard lock(mutex_);
  ++busy_;
  if (++in_flight_by_client_[client] > options_.max_in_flight_per_client) {
    return make_retryable(Code::resource_exhausted, "ipc.too_many_calls",
                          "this client has " + std::to_string(options_.max_in_flight_per_client) +
                              " requests in flight: wait for answers before sending more",
                          100);
  }
  // The contexts beyond this are kept for health requests and for saying no.
  if (busy_ > working_contexts() && !is_system(method)) return queue_full();
  return std::nullopt;
}

void Server::count_out_locked(std::uint64_t client) {
  if (--busy_ == 0 && draining_) drained_.notify_all();
  const auto found = in_flight_by_client_.find(client);
  if (found != in_flight_by_client_.end() && --found->second == 0) in_flight_by_client_.erase(found);
}

Error Server::queue_full() const {
  return make_retryable(
      Code::resource_exhausted, "ipc.queue_full",
      options_.module + " is busy: " + std::to_string(working_contexts()) + " requests wait or run already", 50);
}

Error Server::stopping() const {
  return make_retryable(Code::unavailable, "ipc.draining", options_.module + " is stopping", 200);
}

std::size_t Server::working_contexts() const { return options_.workers + options_.queue + options_.in_flight_contexts; }

Status Server::park(Slot& slot, std::uint64_t ticket) {
  bool grow = false;
  {
    std::lock_guard lock(mutex_);
    if (parked_ >= options_.max_parked || closing() || slot.ticket() != ticket) return fail(too_many_polls());
    for (const Ended& ended : ended_) {
      if (ended.caller.lock() == slot.caller) return fail(ended.error);
    }
    std::size_t& of_client = parked_by_client_[slot.client.load()];
    if (of_client >= options_.max_parked_per_client) return fail(too_many_polls());
    ++of_client;
    ++parked_;
    slot.parked = true;
    grow = slots_.size() < working_contexts() + options_.reserve + parked_;
    // In here, because the slot may be answered and used for the next call as soon as the lock is free.
    count_out_locked(slot.client);
    if (crash_ != nullptr) crash_->release(std::exchange(slot.crash_slot, control::CrashArea::kNoSlot));
  }
  // This context waits now; another takes its place among those that receive.
  return !grow || add_slot().has_value() ? Status() : fail(too_many_polls());
}

void Server::end_polls(const std::shared_ptr<const Caller>& caller, const Error& error) {
  std::vector<std::pair<Slot*, std::uint64_t>> waiting;
  {
    std::lock_guard lock(mutex_);
    std::erase_if(ended_, [](const Ended& ended) { return ended.caller.expired(); });
    ended_.push_back({caller, error});
    for (const auto& slot : slots_) {
      // In this order: a slot that has its ticket keeps the rest of it until answered(), which wants the lock.
      const std::uint64_t ticket = slot->ticket();
      if (ticket != 0 && slot->parked && slot->caller == caller) waiting.emplace_back(slot.get(), ticket);
    }
  }
  for (const auto& [slot, ticket] : waiting) {
    if (!slot->win(ticket)) continue;
    answered(*slot, {}, error.code);
    refuse(*slot, slot->request_id, error);
  }
}

void Server::answered(Slot& slot, const Stages& stages, std::optional<Code> code, std::size_t response_bytes) {
  {
    std::lock_guard lock(mutex_);
    if (slot.parked) {
      --parked_;
      if (--parked_by_client_[slot.client.load()] == 0) parked_by_client_.erase(slot.client.load());
      return;  // a poll's wait is nobody's latency
    }
    count_out_locked(slot.client);
    if (crash_ != nullptr) crash_->release(std::exchange(slot.crash_slot, control::CrashArea::kNoSlot));
  }
  if (observer_ == nullptr) return;
  FinishedCall finished;
  finished.method = slot.method;
  finished.caller = slot.caller->name;
  finished.code = code;
  finished.stages = stages;
  const std::uint64_t sent = slot.sent_by_caller_ns;
  finished.send_ns = sent != 0 && sent < slot.received_ns ? slot.received_ns - sent : 0;
  finished.total_ns = monotonic_ns() - slot.received_ns;
  finished.started_ns = slot.received_ns;
  finished.trace = slot.trace;
  finished.request_bytes = slot.request_bytes;
  finished.response_bytes = response_bytes;
  observer_->finished(finished);
}

// The timer stands at the earliest deadline, which is seldom reached: one that ticked while calls are in flight would
// have NNG's expiry thread spin for up to a millisecond at each tick, and calls wait for that processor.
void Server::watch_deadline(std::uint64_t deadline_ns) {
  std::lock_guard lock(mutex_);
  if (deadline_ns >= watched_ns_ || closing_.load()) return;
  if (deadline_timer_) timers_.cancel(*deadline_timer_);
  watched_ns_ = deadline_ns;
  deadline_timer_ =
      timers_.schedule(MonotonicTime(std::chrono::nanoseconds(deadline_ns)), [this] { expire_overdue(); });
}

void Server::expire_overdue() {
  std::vector<Slot*> busy;
  {
    std::lock_guard lock(mutex_);
    watched_ns_ = kNever;
    deadline_timer_.reset();
    for (const auto& slot : slots_) {
      // A parked poll ends by itself: its wait is shorter than its deadline.
      if (slot->ticket() != 0 && !slot->parked) busy.push_back(slot.get());
    }
  }
  const std::uint64_t now = monotonic_ns();
  std::uint64_t next = kNever;
  for (Slot* slot : busy) {
    const std::uint64_t ticket = slot->ticket();
    const std::uint64_t deadline = slot->deadline_ns.load();
    if (ticket == 0 || deadline > now) {
      if (ticket != 0) next = std::min(next, deadline);
      continue;
    }
    if (!slot->win(ticket)) continue;
    answered(*slot, {}, Code::deadline_exceeded);
    refuse(*slot, slot->request_id,
           make_error(Code::deadline_exceeded, "ipc.deadline", slot->method + " was not done by its deadline"));
  }
  watch_deadline(next);
}

void Server::set_access(std::shared_ptr<const AccessPolicy> access) {
  std::lock_guard lock(mutex_);
  access_ = std::move(access);
}

void Server::set_gate(std::function<std::optional<Error>(const Call&)> gate) {
  std::lock_guard lock(mutex_);
  gate_ = std::move(gate);
}

}  // namespace status::ipc
