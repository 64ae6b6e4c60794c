#include "services/native/service.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "ipc/base/words.h"
#include "ipc/server/typed.h"

namespace status::native {
namespace {

using host::native::Broken;
using host::native::Dispatcher;
using host::native::Library;
using host::native::Token;
using std::chrono::milliseconds;

// What the library itself says of its loop (nim-ffi).
constexpr std::string_view kNotResponding = "not_responding";
constexpr std::string_view kResponding = "responding";
// The thread that hangs gets so long to write down where it is.
constexpr std::chrono::seconds kForTheRecord{1};
constexpr std::uint64_t kMetricsWithinMs = 5'000;

host::native::DispatcherOptions options_of(const Settings& settings) {
  return {.return_within = milliseconds(settings.return_within_ms), .silent_for = milliseconds(settings.silent_for_ms)};
}

std::uint32_t count_threads() {
  std::error_code gone;
  const std::filesystem::directory_iterator tasks("/proc/self/task", gone);
  return static_cast<std::uint32_t>(std::distance(begin(tasks), end(tasks)));
}

}  // namespace

NativeService::NativeService(host::ModuleContext& context, Settings settings)
    : context_(context),
      settings_(std::move(settings)),
      dispatcher_(new Dispatcher(options_of(settings_), guard_, *this)) {}

NativeService::~NativeService() = default;

Status NativeService::open() {
  if (Status loaded = load(); !loaded) return loaded;
  Result<std::unique_ptr<Family>> family = open_family(**loaded_, settings_.family, settings_.generation);
  if (!family) return fail(family.error());
  family_ = std::move(*family);
  if (family_->traits().version) return {};
  if (Status asked = dispatcher_->run("version", milliseconds(settings_.return_within_ms),
                                      [this] { version_ = family_->own_version(); });
      !asked) {
    return asked;
  }
  return check_version(version_);
}

Status NativeService::load() {
  const Status returned = dispatcher_->run("dlopen", milliseconds(settings_.load_within_ms), [this] {
    loaded_ = Library::load(settings_.library);
    guard_.turn_exit_into_abort();
  });
  if (!returned) return returned;
  return *loaded_ ? Status() : Status(fail(loaded_->error()));
}

Status NativeService::check_version(const std::string& version) {
  if (settings_.version.empty() || settings_.version == version) return {};
  return fail(Code::failed_precondition, "native.wrong_version",
              settings_.library + " is version " + in_quotes(version) + ", and the configuration says " +
                  in_quotes(settings_.version));
}

Status NativeService::start() {
  const Family::Traits& traits = family_->traits();
  const auto create = [this, config = create_config(settings_)](Token token) { return family_->create(config, token); };
  if (Status created = step(traits.create, settings_.start_within_ms, create); !created) return created;
  if (traits.turn != nullptr) {
    dispatcher_->set_turn(traits.turn, milliseconds(settings_.turn_within_ms), [this] { family_->turn(); });
  }
  if (Status returned = dispatcher_->run("listen", milliseconds(settings_.return_within_ms),
                                         [this] { listening_ = family_->listen(); });
      !returned || !listening_) {
    return returned ? listening_ : returned;
  }
  const auto begin = [this](Token token) { return family_->start(token); };
  if (Status started = step(traits.start, settings_.start_within_ms, begin); !started) return started;
  if (traits.version) {
    const Result<std::string> version = ask(*traits.version, settings_.start_within_ms);
    if (!version) return fail(version.error());
    version_ = *version;
    if (Status checked = check_version(version_); !checked) return checked;
  }
  serve();
  return {};
}

Status NativeService::step(const char* name, std::uint64_t within_ms, Dispatcher::Invoke invoke) {
  const milliseconds within(within_ms);
  const bool blocks = family_->traits().turn != nullptr;
  const Result<std::string> done = blocks ? dispatcher_->call_blocking(name, within, std::move(invoke))
                                          : dispatcher_->call_and_wait(name, within, std::move(invoke));
  if (done) return {};
  const std::string reason = done.error().code == Code::deadline_exceeded ? "native.not_started" : done.error().reason;
  return fail(Code::unavailable, reason, std::string(name) + ": " + done.error().message);
}

Result<std::string> NativeService::ask(const Family::Query& query, std::uint64_t within_ms) {
  const Result<const Function*> function = family_->find(query.function);
  if (!function) return fail(function.error());
  return dispatcher_->call_and_wait((*function)->name, milliseconds(within_ms),
                                    [this, function = *function, arguments = query.arguments](Token token) {
                                      return family_->call(*function, arguments, token);
                                    });
}

void NativeService::stop() {
  dispatcher_->end();
  const Family::Traits& traits = family_->traits();
  const auto end = [this](Token token) { return family_->stop(token); };
  if (Status stopped = step(traits.stop, settings_.stop_within_ms, end); !stopped) {
    context_.log().warn("the node is not stopped", {{"why", stopped.error().message}});
  }
  const auto destroyed = std::make_shared<std::atomic<bool>>(false);
  const Status returned = dispatcher_->run(traits.destroy, milliseconds(settings_.destroy_within_ms),
                                           [this, destroyed] { *destroyed = family_->destroy(); });
  if (!returned) {
    context_.log().warn("the node is left behind", {{"why", returned.error().message}});
  } else if (!*destroyed) {
    context_.log().warn("the library says that the node is not destroyed");
  }
}

void NativeService::serve() {
  ipc::Server& server = context_.server();
  ipc::serve<Info>(server, ipc::Run::worker, [this](const api::Empty&, const ipc::CallContext&) { return info(); });
  server.handle(context_.module() + ".call", ipc::Run::worker, [this](ipc::Call one) { call(std::move(one)); });
  watch_library(context_.instruments().registry(), [this] { return observe(); });
  if (const auto& metrics = family_->traits().metrics) {
    reexport_ = context_.reexport([this, &metrics = *metrics] { return ask(metrics, kMetricsWithinMs); });
  }
}

void NativeService::call(ipc::Call call) {
  const Result<Call::Request> request = api::decode<Call::Request>(call.params(), api::Mode::strict);
  if (!request) return call.fail(request.error());
  if (!call.header().idempotency_key.empty()) {
    return call.fail(make_error(Code::invalid_argument, "native.no_idempotency",
                                "nothing here remembers an idempotency key: the module that calls keeps it"));
  }
  const Result<const Function*> function = family_->find(request->function);
  if (!function) return call.fail(function.error());
  Result<std::vector<Argument>> arguments = read_arguments(**function, request->arguments);
  if (!arguments) return call.fail(arguments.error());
  call.hand_to(Stage::backend);
  const auto shared = std::make_shared<ipc::Call>(std::move(call));
  auto done = context_.backend_gate().begin<std::string>((*function)->name, [this, shared](Result<std::string> answer) {
    if (!answer) return shared->fail(answer.error());
    context_.recovered("library");
    const Result<Bytes> encoded = api::encode(Call::Reply{std::move(*answer)});
    encoded ? shared->reply(*encoded, {.cursor = context_.events().cursor_now()}) : shared->fail(encoded.error());
  });
  if (!done) return shared->fail(done.error());
  dispatcher_->call((*function)->name, shared->deadline(),
                    [this, function = *function, arguments = std::move(*arguments)](Token token) {
                      return family_->call(*function, arguments, token);
                    },
                    std::move(*done));
}

Result<Info::Reply> NativeService::info() const {
  const Observations observed = observe();
  Info::Reply reply;
  reply.library = settings_.library;
  reply.family = family_->traits().family;
  reply.generation = family_->traits().generation;
  reply.version = version_;
  reply.pinned = settings_.generation + (settings_.version.empty() ? "" : " " + settings_.version);
  reply.threads = count_threads();
  reply.waiting = static_cast<std::uint32_t>(observed.waiting);
  reply.given_up = static_cast<std::uint32_t>(observed.given_up);
  reply.functions = family_->function_names();
  reply.counters = observed.counters;
  return reply;
}

Observations NativeService::observe() const {
  const Dispatcher::Counters seen = dispatcher_->counters();
  return {list_counters(seen, {events_too_large_, handlers_restored_}), seen.waiting, seen.given_up};
}

void NativeService::on_event(Token listener, std::string text, std::uint64_t lost) {
  LibraryEvent event{family_->event_name(listener, text), std::move(text), lost + std::exchange(lost_, 0)};
  if (event.name == kNotResponding) {
    dispatcher_->suspect();
    context_.degraded("library", "the library says that its loop does not respond");
  } else if (event.name == kResponding) {
    dispatcher_->trust();
    context_.recovered("library");
  }
  if (!context_.publish("event", event).empty()) return;
  ++events_too_large_;
  lost_ = event.lost + 1;
}

void NativeService::on_broken(const Broken& broken) {
  context_.log().error("only a new process helps", {{"why", broken.message}});
  context_.say_fatal("native.stuck", broken.message);
  guard_.restore();
  if (broken.thread != 0) {
    ::syscall(SYS_tgkill, ::getpid(), broken.thread, SIGABRT);
    std::this_thread::sleep_for(kForTheRecord);
  }
  std::abort();
}

void NativeService::on_handlers_restored(const std::vector<std::string>& names) {
  handlers_restored_ += names.size();
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : " ") + name;
  context_.log().info("the library had replaced handlers of signals", {{"signals", all}});
}

}  // namespace status::native
