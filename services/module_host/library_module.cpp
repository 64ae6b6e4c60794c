#include "services/module_host/library_module.h"

#include <algorithm>
#include <cstdlib>
#include <future>

#include "ipc/base/codec.h"
#include "ipc/base/cpu_scope.h"
#include "services/host/native/process_guard.h"
#include "services/module_host/description.h"
#include "services/module_host/library_end.h"
#include "services/module_host/library_text.h"

namespace status::module_host {
namespace {

constexpr std::array<const char*, 7> kOutcomeWords = {"ok", "error", "invalid", "missing", "late", "again", "unknown"};

host::LogLevel level_of(int level) {
  if (level <= STATUS_LOG_DEBUG) return host::LogLevel::debug;
  if (level == STATUS_LOG_INFO) return host::LogLevel::info;
  return level == STATUS_LOG_WARN ? host::LogLevel::warn : host::LogLevel::error;
}

}  // namespace

LibraryModule::LibraryModule(host::ModuleContext& context, const ModuleLibrary& library,
                             const api::Interface& interface)
    : context_(context),
      library_(library),
      table_(static_cast<HostFunctions&>(*this)),
      metrics_(context.instruments().registry(), context.module()),
      events_dropped_(context.instruments().registry().counter(
          "status_library_events_dropped_total", "Events of a library that are not declared, or of another shape.")),
      wakeups_({.post_turn =
                    [this] {
                      return context_.server().post([this] {
                        const CpuScope cpu;
                        wakeups_.turn_begins();
                        turn();
                        wakeups_.turn_ends();
                      });
                    },
                .stuck =
                    [this] {
                      if (ending()) return;  // stop() has a deadline of its own
                      context_.log().error("the library does not come back from status_module_poll or _cancel");
                      std::abort();  // the crash record shows where it is
                    }}) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    answers_[i] = context.instruments().registry().counter("status_library_answers_total", "Answers of a library.",
                                                           {{"outcome", kOutcomeWords[i]}});
  }
  for (const api::EventInfo& event : interface.events()) events_.emplace(event.name, event.data.schema());
  for (const api::Method& method : interface.methods()) {
    if (!method.stream) add(method);
  }
}

void LibraryModule::add(const api::Method& method) {
  const Method& added = *methods_.emplace_back(std::make_unique<const Method>(
      Method{method.info.name, method.info.effect, method.request.schema(), method.reply.schema()}));
  context_.server().handle(context_.module() + "." + added.name, ipc::Run::worker,
                           [this, &added](ipc::Call call) { serve(added, std::move(call)); });
}

Status LibraryModule::start() {
  std::promise<Status> started;
  if (!context_.server().post([&] { started.set_value(start_here()); })) {
    return status::fail(Code::internal, "module_host.no_dispatcher", "the dispatcher takes no work");
  }
  return started.get_future().get();
}

Status LibraryModule::start_here() {
  const std::string config = to_json(
      Value::map({{"module", context_.module()}, {"data_dir", context_.data_dir()}, {"settings", context_.config()}}));
  const host::native::ProcessGuard guard;
  const int result = library_.start(config.c_str(), config.size(), table_.get());
  if (const std::vector<std::string> taken = guard.restore(); !taken.empty()) {
    context_.log().warn("the library took signals for itself; they are the host's again",
                        {{"signals", Value::Array(taken.begin(), taken.end())}});
  }
  if (result != 0) {
    const std::lock_guard lock(mutex_);
    return status::fail(not_started_.value_or(make_error(Code::internal, context_.module() + ".not_started",
                                                         "the library did not start, and named no reason")));
  }
  running_ = true;
  turn();
  return {};
}

void LibraryModule::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wakeups_.wake();
  if (stopped_changed_.wait_for(lock, time_to_stop(context_) + kToReturn, [this] { return stopped_; })) {
    lock.unlock();
    return wakeups_.stop();
  }
  leave_behind(context_);
}

bool LibraryModule::ending() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void LibraryModule::stop_here() {
  if (std::exchange(running_, false)) {
    library_.stop(static_cast<std::uint32_t>(time_to_stop(context_).count()));
  }
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  stopped_changed_.notify_all();
}

void LibraryModule::turn() {
  if (ending()) return stop_here();
  if (!running_) return;
  for (const std::uint64_t token : calls_.expire(std::chrono::steady_clock::now())) {
    note(kMissing);
    if (library_.cancel != nullptr) library_.cancel(token);
  }
  const std::int32_t wait_ms = library_.poll == nullptr ? -1 : library_.poll();
  std::optional<MonotonicTime> due = calls_.next_deadline();
  if (wait_ms >= 0) {
    const MonotonicTime wanted = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
    due = due ? std::min(*due, wanted) : wanted;
  }
  wakeups_.next(due);
}

void LibraryModule::serve(const Method& method, ipc::Call call) {
  if (!running_) {
    return call.fail(make_retryable(Code::unavailable, "ipc.draining", context_.module() + " is stopping", 200));
  }
  const Result<std::string> params = params_to_json(method.params, call.params());
  if (!params) return call.fail(params.error());
  call.hand_to(Stage::backend);
  const auto shared = std::make_shared<ipc::Call>(std::move(call));
  auto done = context_.backend_gate().begin<Bytes>(
      method.name.c_str(), [this, shared, effect = method.effect](const Result<Bytes>& answer) {
        if (!answer) return shared->fail(answer.error());
        const bool wrote = effect == api::Effect::write;
        shared->reply(*answer, {.cursor = wrote ? context_.events().cursor_now() : std::string()});
      });
  if (!done) return shared->fail(done.error());
  const std::uint64_t token =
      calls_.add({.done = std::move(*done), .result = &method.result, .deadline = shared->deadline()});
  const CpuScope cpu;
  {
    const StageTimer charged(Stage::backend);
    hand_over(method, *shared, *params, token);
  }
  if (let_go(false)) return turn();
  {
    const StageTimer charged(Stage::backend);
    turn();
  }
  let_go(true);
}

void LibraryModule::hand_over(const Method& method, const ipc::Call& call, const std::string& params,
                              std::uint64_t token) {
  const std::string caller = call.principal();
  const std::string key(call.header().idempotency_key);
  const status_call handed{.token = token,
                           .method = method.name.c_str(),
                           .params = params.c_str(),
                           .params_size = params.size(),
                           .deadline_ms = call.remaining_ms(),
                           .caller = caller.c_str(),
                           .idempotency_key = key.c_str()};
  {
    const std::lock_guard lock(mutex_);
    current_ = token;
  }
  library_.call(&handed);
}

// An answer from within a call waits for this: what the library took is charged by then. True when there was one; from
// then on, and after the `last` look, answers leave at once.
bool LibraryModule::let_go(bool last) {
  std::function<void()> leaving;
  {
    const std::lock_guard lock(mutex_);
    leaving.swap(leaving_);
    if (leaving || last) current_ = 0;
  }
  if (leaving) leaving();
  return leaving != nullptr;
}

void LibraryModule::answer(std::uint64_t token, const std::function<Result<Bytes>(const OpenCall&)>& make) {
  OpenCalls::Taken taken = calls_.take(token);
  if (taken.standing == OpenCalls::Standing::answered) return note(kAgain);
  if (taken.standing == OpenCalls::Standing::unknown) return note(kUnknown);
  const bool late =
      taken.standing == OpenCalls::Standing::overdue || std::chrono::steady_clock::now() >= taken.call.deadline;
  if (late) return note(kLate);
  Result<Bytes> result = make(taken.call);
  {
    const std::lock_guard lock(mutex_);
    if (token == current_) {
      leaving_ = [done = std::move(taken.call.done), result = std::move(result)]() mutable { done(std::move(result)); };
      return;
    }
  }
  taken.call.done(std::move(result));
}

void LibraryModule::note(Outcome outcome) {
  answers_[outcome].add();
  if (outcome == kOk || outcome == kError) return;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(said_[outcome], true)) return;
  }
  context_.log().warn("an answer of the library is not as it should be; more of the kind are counted alone",
                      {{"outcome", kOutcomeWords[outcome]}});
}

void LibraryModule::reply(std::uint64_t token, std::string_view result) noexcept {
  answer(token, [&](const OpenCall& call) {
    Result<Bytes> wire = object_to_wire(*call.result, result);
    note(wire ? kOk : kInvalid);
    return wire;
  });
}

void LibraryModule::fail(std::uint64_t token, std::string_view code, std::string_view reason,
                         std::string_view message) noexcept {
  const Error error = error_of(code, reason, message);
  if (token == STATUS_START) {
    const std::lock_guard lock(mutex_);
    not_started_ = error;
    return;
  }
  answer(token, [&](const OpenCall&) -> Result<Bytes> {
    note(kError);
    return status::fail(error);
  });
}

Error LibraryModule::error_of(std::string_view code, std::string_view reason, std::string_view message) const {
  const std::string word(is_word(reason) ? reason : "failed");
  return make_error(code_from_word(code).value_or(Code::internal), context_.module() + "." + word, printable(message));
}

std::uint32_t LibraryModule::remaining_ms(std::uint64_t token) noexcept {
  const std::optional<MonotonicTime> deadline = calls_.deadline_of(token);
  const MonotonicTime now = std::chrono::steady_clock::now();
  if (!deadline || *deadline <= now) return 0;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - now).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
}

void LibraryModule::publish(std::string_view event, std::string_view data) noexcept {
  const auto declared = events_.find(event);
  const Result<Bytes> wire =
      declared == events_.end() ? Result<Bytes>(Bytes()) : object_to_wire(declared->second, data);
  const bool published = declared != events_.end() && wire &&
                         !context_.events().publish(context_.module() + "." + declared->first, *wire).empty();
  if (!published) events_dropped_.add();
}

void LibraryModule::log(int level, std::string_view text) noexcept {
  context_.log().write(level_of(level), printable(text));
}

}  // namespace status::module_host
