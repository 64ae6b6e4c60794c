#include "services/host/service_main.h"

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ipc/control/child_start.h"
#include "ipc/control/crash_area.h"
#include "ipc/control/crash_handler.h"
#include "ipc/control/descriptors.h"
#include "ipc/control/module_channel.h"
#include "services/host/hardening.h"
#include "services/host/module_runtime.h"

namespace status::host {
namespace {

namespace control = ipc::control;
using control::ModuleChannel;
using namespace std::chrono_literals;

// Past this NNG is stuck for good; only a new process helps.
constexpr auto kHousekeepingLimit = 5s;
constexpr auto kLockedRetry = 500ms;
constexpr auto kIdle = 60s;
// Messages of the supervisor that wait until the module has started; more than it sends.
constexpr std::size_t kMostKept = 64;

class Line final : public SupervisorChannel {
 public:
  explicit Line(int fd) : channel_(fd) {}
  void send(const control::FromModule& message) override {
    if (std::holds_alternative<control::Ready>(message)) said_ready_ = true;
    channel_.send(message);
  }
  bool said_ready() const { return said_ready_; }
  ModuleChannel::Received receive(std::chrono::milliseconds patience, int signals) {
    return channel_.receive(patience, signals);
  }
  [[noreturn]] void abort_stuck() { channel_.abort_stuck("host"); }

 private:
  ModuleChannel channel_;
  std::atomic<bool> said_ready_{false};
};

// Nothing is torn down: closing NNG's sockets can hang (ipc/nng/socket.h), and the kernel does it better.
[[noreturn]] void leave(int code) {
  std::fflush(stdout);
  ::_exit(code);
}

// When the supervisor is heard: once the module has started, or beside that.
enum class Start : std::uint8_t { here, beside };

class Process {
 public:
  Process(DefineModule define, Status crash_handler, int signals, Start start)
      : define_(std::move(define)),
        crash_handler_(std::move(crash_handler)),
        signals_(signals),
        start_(start),
        channel_(control::kControlFd) {}

  int run() {
    const ModuleChannel::Received first = channel_.receive(10s, signals_);
    const auto* bootstrap = std::get_if<control::Bootstrap>(&first.message);
    if (bootstrap == nullptr)
      return first.event == ModuleChannel::Event::terminated ? control::kExitAskedToStop : control::kExitSelfAbort;
    if (start_ == Start::beside) {
      std::thread([this, bootstrap = *bootstrap] {
        const control::AlternateStack for_signals;
        if (const std::optional<int> code = begin(bootstrap)) leave(*code);
      }).detach();
    } else if (const std::optional<int> code = begin(*bootstrap)) {
      return *code;
    }
    return serve();
  }

 private:
  // Empty: it has started. Else leave with that code.
  std::optional<int> begin(const control::Bootstrap& bootstrap) {
    Result<ModuleDefinition> definition = define_(bootstrap);
    if (definition) definition_ = std::move(*definition);
    logger_ = std::make_unique<Logger>(bootstrap.module, bootstrap.generation,
                                       log_level_from_word(bootstrap.log_level).value_or(LogLevel::info),
                                       definition_.foreign_output ? stderr : stdout);
    if (!crash_handler_) logger_->warn("no stacks in a crash record", {{"why", crash_handler_.error().message}});
    if (!definition) return give_up(definition.error());
    if (definition_.secret) {
      if (Status hardened = forbid_dumps(); !hardened) return give_up(hardened.error());
    }
    if (Result<control::CrashArea> area = control::CrashArea::map(control::kCrashRecordFd); area) {
      crash_ = std::move(*area);
    }
    if (auto flights = metrics::flight::Recorder::map(control::kFlightRecorderFd); flights) {
      flights_ = std::move(*flights);
    }
    runtime_ = std::make_unique<ModuleRuntime>(definition_, bootstrap, "ipc://" + bootstrap.run_dir + "/rpc.sock",
                                               channel_, *logger_, &crash_, flights_.get());
    if (Status started = runtime_->start(); !started) return give_up(started.error());
    const std::lock_guard lock(start_mutex_);
    started_ = true;
    for (const control::ToModule& message : meanwhile_) handle(message);
    meanwhile_.clear();
    start_over_.notify_all();
    return std::nullopt;
  }

  bool started() {
    const std::lock_guard lock(start_mutex_);
    return started_;
  }
  // False: it is not ready yet, and has nothing in hand that would have to be put down.
  bool await_started() {
    std::unique_lock lock(start_mutex_);
    if (!channel_.said_ready()) return false;
    start_over_.wait(lock, [this] { return started_; });
    return true;
  }
  // While it starts: a ping is answered, the rest waits.
  void handle_or_keep(const control::ToModule& message) {
    const std::lock_guard lock(start_mutex_);
    if (started_) return handle(message);
    if (const auto* ping = std::get_if<control::Ping>(&message)) {
      channel_.send(control::Pong{.n = ping->n});
    } else if (meanwhile_.size() < kMostKept) {
      meanwhile_.push_back(message);
    }
  }

  int give_up(const Error& error) {
    logger_->error("cannot run", {{"reason", error.reason}, {"why", error.message}});
    channel_.send(control::Fatal{error.reason, error.message});
    return control::exit_code(error);
  }

  int serve() {
    while (true) {
      const bool soon = started() && runtime_->locked();
      const auto patience = soon ? std::chrono::milliseconds(kLockedRetry) : std::chrono::milliseconds(kIdle);
      const ModuleChannel::Received received = channel_.receive(patience, signals_);
      switch (received.event) {
        case ModuleChannel::Event::closed:
          return control::kExitSelfAbort;  // the supervisor is gone: leave at once, nobody may write to the database
                                           // behind its back
        case ModuleChannel::Event::terminated:
          return finish(2s);
        case ModuleChannel::Event::timeout:
          break;
        case ModuleChannel::Event::message:
          if (const auto* drain = std::get_if<control::Drain>(&received.message)) {
            return finish(std::chrono::milliseconds(drain->deadline_ms));
          }
          handle_or_keep(received.message);
          break;
      }
      if (!started()) continue;
      if (Status retried = retry_if_due(); !retried) return give_up(retried.error());
    }
  }

  // By the clock, not by silence on the line: pings come more often than this.
  Status retry_if_due() {
    const auto now = std::chrono::steady_clock::now();
    if (!runtime_->locked() || now < retry_at_) return {};
    retry_at_ = now + kLockedRetry;
    return runtime_->retry_locked();
  }

  void handle(const control::ToModule& message) {
    if (const auto* ping = std::get_if<control::Ping>(&message)) {
      if (runtime_->server().housekeeping_stall() > kHousekeepingLimit) {
        channel_.abort_stuck();
      }
      channel_.send(runtime_->pong(ping->n));
    } else if (const auto* edges = std::get_if<control::Edges>(&message)) {
      runtime_->set_edges(*edges);
    } else if (const auto* level = std::get_if<control::LogLevel>(&message)) {
      if (const auto parsed = log_level_from_word(level->level)) logger_->set_level(*parsed);
    } else if (const auto* unknown = std::get_if<control::Unknown>(&message)) {
      logger_->warn("unknown control message", {{"type", unknown->type}});
    }
  }

  int finish(std::chrono::milliseconds within) {
    if (!await_started()) {
      channel_.send(control::Stopping{});
      return control::kExitAskedToStop;
    }
    // Half of the time for the calls that run; the rest is for what follows.
    runtime_->finish(std::chrono::steady_clock::now() + within / 2);
    logger_->info("stopped");
    channel_.send(control::Stopping{});
    return control::kExitAskedToStop;
  }

  const DefineModule define_;
  ModuleDefinition definition_;
  const Status crash_handler_;
  const int signals_;
  const Start start_;
  Line channel_;
  control::CrashArea crash_;
  std::unique_ptr<metrics::flight::Recorder> flights_;
  std::unique_ptr<Logger> logger_;
  std::unique_ptr<ModuleRuntime> runtime_;
  MonotonicTime retry_at_{};
  std::mutex start_mutex_;  // guards the next two
  bool started_ = false;
  std::vector<control::ToModule> meanwhile_;
  std::condition_variable start_over_;
};

int run(const DefineModule& define, const std::string& name, Start start) {
  if (!control::started_by_supervisor()) {
    std::fprintf(stderr,
                 "This is a module of a Status node; statusd starts it.\n"
                 "A whole node: statusd --data-dir DIR. What it serves: statusctl describe %s\n",
                 name.c_str());
    return control::kExitUsage;
  }
  control::forbid_programs();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a pipe is block-buffered: what foreign code prints would come at the end
  ::mallopt(M_ARENA_MAX, 2);                 // an arena per thread would double the memory of an idle module
  Status crash_handler = control::install_crash_handler(control::kCrashRecordFd);
  auto* process = new Process(define, std::move(crash_handler), control::take_signals(), start);
  leave(process->run());
}

int run(const ModuleDefinition& definition, Start start) {
  return run([&definition](const control::Bootstrap&) { return definition; }, definition.interface().name(), start);
}

}  // namespace

int service_main(const ModuleDefinition& definition) { return run(definition, Start::here); }

int service_main(const DefineModule& define) { return run(define, "MODULE", Start::here); }

int service_main_beside(const ModuleDefinition& definition) { return run(definition, Start::beside); }

}  // namespace status::host
