#include "supervisor/gateway/gateway_process.h"

#include <malloc.h>
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <optional>

#include "ipc/control/child_start.h"
#include "ipc/control/crash_handler.h"
#include "ipc/control/descriptors.h"
#include "ipc/control/module_channel.h"
#include "supervisor/gateway/control_link.h"
#include "supervisor/gateway/event_memory.h"
#include "supervisor/gateway/gateway.h"
#include "supervisor/gateway/tokens.h"

namespace status::gateway {
namespace {

namespace control = ipc::control;
using control::ModuleChannel;
using namespace std::chrono_literals;

// Past this NNG is stuck for good; only a new process helps.
constexpr auto kHousekeepingLimit = 3s;
constexpr auto kStopWithin = 2s;
constexpr auto kIdle = 60s;

class Process {
 public:
  explicit Process(Status crash_handler)
      : crash_handler_(std::move(crash_handler)),
        signals_(control::take_signals()),
        channel_(control::kControlFd),
        link_(channel_) {}

  int run() {
    const ModuleChannel::Received first = channel_.receive(10s, signals_);
    const auto* bootstrap = std::get_if<control::Bootstrap>(&first.message);
    if (bootstrap == nullptr)
      return first.event == ModuleChannel::Event::terminated ? control::kExitAskedToStop : control::kExitSelfAbort;
    if (Status made = make_gateway(*bootstrap); !made) return give_up(made.error());
    while (true) {
      const ModuleChannel::Received received = channel_.receive(kIdle, signals_);
      std::optional<int> code;
      switch (received.event) {
        case ModuleChannel::Event::closed:
          return control::kExitSelfAbort;  // the supervisor is gone, and every module with it
        case ModuleChannel::Event::terminated:
          return finish(kStopWithin);
        case ModuleChannel::Event::timeout:
          break;
        case ModuleChannel::Event::message:
          code = std::visit([this](const auto& message) { return handle(message); }, received.message);
          break;
      }
      if (code) return *code;
    }
  }

 private:
  Status make_gateway(const control::Bootstrap& bootstrap) {
    GatewayConfig config;
    config.log_fd = 1;
    const Log log(bootstrap.generation, config.log_fd);
    if (!crash_handler_) log.warn("no stacks in a crash record", {{"why", crash_handler_.error().message}});
    config.url = bootstrap.config.string_or("socket_url", "");
    config.generation = bootstrap.generation;
    config.version = bootstrap.config.string_or("version", "");
    config.boot_id = bootstrap.config.string_or("boot_id", bootstrap.boot_id);
    config.metrics_listen = bootstrap.config.string_or("metrics_listen", "");
    if (const Value* hosts = bootstrap.config.find("metrics_allowed_hosts"); hosts != nullptr && hosts->as_array()) {
      for (const Value& host : *hosts->as_array()) {
        if (host.as_string() != nullptr) config.metrics_allowed_hosts.push_back(*host.as_string());
      }
    }
    config.metrics_address_file = bootstrap.run_dir + "/metrics.addr";
    if (bootstrap.config.bool_or("metrics_tls", false)) {
      config.metrics_certificate_file = bootstrap.data_dir + "/metrics_tls.pem";
    }
    config.metrics_require_token = bootstrap.config.bool_or("metrics_require_token", false);
    config.remote_listen = bootstrap.config.string_or("remote_listen", "");
    config.remote_key_file = bootstrap.data_dir + "/remote_key.pem";
    config.remote_address_file = bootstrap.run_dir + "/remote.addr";
    config.metrics_state_file = bootstrap.run_dir + "/metrics.state";
    config.folders = {.data_dir = bootstrap.config.string_or("node_data_dir", ""),
                      .run_dir = bootstrap.config.string_or("node_run_dir", "")};
    config.allow_faults = bootstrap.allow_faults;
    config.faults_state_file = bootstrap.run_dir + "/faults.state";
    Result<std::shared_ptr<const ipc::AccessPolicy>> access =
        local_access(bootstrap.config.string_or("token_file", ""));
    if (!access) return fail(access.error());
    config.access = std::move(*access);
    config.tokens_file = bootstrap.data_dir + "/tokens.json";
    if (Result<control::CrashArea> area = control::CrashArea::map(control::kCrashRecordFd); area) {
      crash_ = std::move(*area);
      config.crash = &crash_;
    }
    if (auto flights = metrics::flight::Recorder::map(control::kFlightRecorderFd); flights) {
      flights_ = std::move(*flights);
      config.flights = flights_.get();
    }
    config.recorder_line = control::kRecorderLineFd;
    if (Result<std::span<std::uint8_t>> memory = map_event_memory(control::kEventRingFd); memory) {
      config.event_memory = *memory;
    } else {
      log.warn("events will not outlive this process", {{"why", memory.error().message}});
    }
    url_ = config.url;
    gateway_ = std::make_unique<Gateway>(std::move(config), Gateway::Tools{link_, clock_, random_});
    return {};
  }

  int give_up(const Error& error) {
    Log(0, 1).error("cannot run", {{"reason", error.reason}, {"why", error.message}});
    channel_.send(control::Fatal{error.reason, error.message});
    return control::exit_code(error);
  }

  int finish(std::chrono::milliseconds within) {
    // Half of the time for the calls under way; the rest is for what follows.
    gateway_->finish(std::chrono::steady_clock::now() + within / 2);
    gateway_->log().info("stopped");
    channel_.send(control::Stopping{});
    return control::kExitAskedToStop;
  }

  // A value: leave with that code.
  std::optional<int> handle(const control::Modules& all) {
    for (const control::ModuleRow& row : all.modules) gateway_->module_changed(row);
    if (std::exchange(started_, true)) return {};
    if (Status started = gateway_->start(); !started) return give_up(started.error());
    channel_.send(control::Ready{.url = url_, .bulk_url = {}, .interface = interface_version()});
    gateway_->log().info("ready", {{"url", url_}});
    return {};
  }
  std::optional<int> handle(const control::ModuleChanged& changed) {
    gateway_->module_changed(changed.row);
    return {};
  }
  std::optional<int> handle(const control::SupervisorEvent& event) {
    gateway_->supervisor_event(event);
    return {};
  }
  std::optional<int> handle(const control::SupervisorSample& sample) {
    gateway_->supervisor_sample(sample);
    return {};
  }
  std::optional<int> handle(const control::CommandResult& result) {
    link_.answered(result);
    return {};
  }
  std::optional<int> handle(const control::Ping& ping) {
    if (started_ && gateway_->housekeeping_stall() > kHousekeepingLimit) {
      channel_.abort_stuck("gateway");
    }
    channel_.send(gateway_->pong(ping.n));
    return {};
  }
  std::optional<int> handle(const control::Drain& drain) {
    return finish(std::chrono::milliseconds(drain.deadline_ms));
  }
  std::optional<int> handle(const control::Unknown& unknown) {
    gateway_->log().warn("unknown control message", {{"type", unknown.type}});
    return {};
  }
  std::optional<int> handle(const control::Bootstrap&) { return {}; }
  std::optional<int> handle(const control::Edges&) { return {}; }     // rows carry the gateway's credentials
  std::optional<int> handle(const control::LogLevel&) { return {}; }  // what is logged here is worth it at any level

  const Status crash_handler_;
  const int signals_;
  ModuleChannel channel_;
  ControlLink link_;
  SystemClock clock_;
  SystemRandom random_;
  control::CrashArea crash_;
  std::unique_ptr<metrics::flight::Recorder> flights_;
  std::string url_;
  bool started_ = false;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace

int run_gateway_process() {
  if (!control::started_by_supervisor()) {
    std::fputs(
        "This is the gateway of a Status node; statusd starts it.\nA whole node: statusd --data-dir DIR. What it "
        "serves: statusctl describe supervisor\n",
        stderr);
    return control::kExitUsage;
  }
  Status crash_handler = control::install_crash_handler(control::kCrashRecordFd);
  control::forbid_programs();
  ::mallopt(M_ARENA_MAX, 2);  // an arena per thread would double the memory of an idle process
  auto* process = new Process(std::move(crash_handler));  // for good: its threads outlive this function
  return process->run();
}

}  // namespace status::gateway
