// node_bench [--json]: what a node costs and how fast it is, each figure beside its floor from the same run.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ipc/nng/socket.h"
#include "tests/bench/figures.h"
#include "tests/support/child_process.h"
#include "tests/support/process_node.h"

extern char** environ;

namespace status::bench {
namespace {

using test::ProcessNode;
using namespace std::chrono_literals;

// posix_spawn of a program that does nothing, to its end.
Floor spawn_floor() {
  std::vector<double> took;
  for (int i = 0; i < 20; ++i) {
    const auto begin = Clock::now();
    pid_t pid = 0;
    char name[] = "/bin/true";
    char* argv[] = {name, nullptr};
    if (::posix_spawn(&pid, name, nullptr, nullptr, argv, environ) != 0) break;
    ::waitpid(pid, nullptr, 0);
    took.push_back(ms_since(begin));
  }
  return {percentile(took, 0.5), "posix_spawn of /bin/true"};
}

// What this program does as a child of itself: says so once it listens.
constexpr const char* kBareNng = "--bare-nng";

int listen_and_do_nothing() {
  const Result<ipc::Socket> socket = ipc::Socket::reply(ipc::kMaxMessage);
  if (!socket || nng_listen(socket->get(), "inproc://bare", nullptr, 0) != 0) return 1;
  std::puts(kBareNng);
  std::fflush(stdout);
  for (;;) ::pause();
}

// ---- measurements ----

double anonymous_mib(std::int64_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::strtod(line.c_str() + 8, nullptr) / 1'024;
  }
  return 0;
}

double threads_of(std::int64_t pid) {
  return static_cast<double>(
      std::ranges::distance(std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task"),
                            std::filesystem::directory_iterator()));
}

class NodeBench {
 public:
  Result<std::vector<Figure>> run() {
    const Floor disk = fsync_floor();
    const Floor spawn = spawn_floor();
    if (Status done = cold_start(spawn); !done) return fail(done.error());
    if (Status linked = test::link(a_, b_); !linked) return fail(linked.error());
    if (Status done = messages(disk); !done) return fail(done.error());
    if (Status done = catch_up(disk); !done) return fail(done.error());
    if (Status done = footprint(); !done) return fail(done.error());
    if (Status done = kills(spawn); !done) return fail(done.error());
    for (ProcessNode* node : {&a_, &b_}) {
      if (Status stopped = node->stop(); !stopped) return fail(stopped.error());
    }
    return figures_;
  }

  // What the nodes say of themselves, for a run that failed.
  std::string report() { return a_.report() + b_.report(); }

 private:
  // From the spawn of statusd, on an empty directory, to the readiness of its last module as statusd saw it.
  Status cold_start(const Floor& spawn) {
    std::vector<double> took;
    for (int i = 0; i < 5; ++i) {
      ProcessNode node;
      const auto begin_ms = SystemClock().unix_ms();
      if (Status started = node.start(); !started) return started;
      std::int64_t last = 0;
      for (const auto& event : node.events().all(test::EventLog::topic("supervisor.module_state"))) {
        if (event.data.string_or("to", "") == "ready") last = std::max(last, event.time_ms);
      }
      took.push_back(static_cast<double>(last - begin_ms));
      if (Status stopped = node.stop(); !stopped) return stopped;
    }
    figures_.push_back({"cold start to all ready, p50", "ms", percentile(took, 0.5), 500, spawn});
    if (Status started = a_.start(); !started) return started;
    return b_.start();
  }

  Status messages(const Floor& disk) {
    conversation_ = test::converse(a_, b_);
    if (!conversation_) return fail(conversation_.error());
    std::vector<double> took;
    for (int i = 0; i < 220; ++i) {
      const std::string text = "bench " + std::to_string(i);
      const std::size_t seen = b_.events().size();
      const auto begin = Clock::now();
      if (Status sent = test::say(a_, *conversation_, text, text); !sent) return sent;
      if (!b_.events().wait_for(announces(text), 10s, seen))
        return fail(Code::deadline_exceeded, "bench.late", text + " did not arrive");
      if (i >= 20) took.push_back(ms_since(begin));  // the first ones set up the session
    }
    figures_.push_back({"message A → B, send_message → message_received, p50", "ms", percentile(took, 0.5), 20, disk});
    figures_.push_back({"message A → B, p99", "ms", percentile(took, 0.99), 100, disk});
    return {};
  }

  // From the start of the node that was away, its processes included, to the last of what it missed.
  Status catch_up(const Floor& disk) {
    constexpr int kMissed = 1'000;
    if (Status stopped = b_.stop(); !stopped) return stopped;
    std::string text;
    for (int i = 0; i < kMissed; ++i) {
      text = "missed " + std::to_string(i);
      if (Status sent = test::say(a_, *conversation_, text, text); !sent) return sent;
    }
    const auto begin = Clock::now();
    if (Status started = b_.start(); !started) return started;
    if (!b_.events().wait_for(announces(text), 30s)) {
      return fail(Code::deadline_exceeded, "bench.late", text + " did not arrive");
    }
    figures_.push_back({"start of a node → it has 1,000 missed messages", "ms", ms_since(begin), 5'000, disk});
    return {};
  }

  static test::EventLog::Match announces(const std::string& text) {
    return [text](const test::EventLog::Event& event) {
      const Value* message = event.data.find("message");
      return event.topic == "chat.message_received" && message != nullptr && message->string_or("content", "") == text;
    };
  }

  Status footprint() {
    double memory = 0;
    double threads = 0;
    const Result<std::vector<test::Row>> rows = a_.rows();
    if (!rows) return fail(rows.error());
    for (const test::Row& row : *rows) {
      memory = std::max(memory, anonymous_mib(row.pid));
      threads = std::max(threads, threads_of(row.pid));
    }
    test::ChildProcess bare({std::filesystem::read_symlink("/proc/self/exe"), kBareNng});
    if (!bare.wait_for_line(kBareNng, 10s)) return fail(Code::deadline_exceeded, "bench.late", "no bare NNG process");
    const std::string floor = "a process that listens with NNG and does nothing";
    figures_.push_back(
        {"anonymous memory of the largest idle process", "MiB", memory, 5, {anonymous_mib(bare.pid()), floor}});
    figures_.push_back({"threads of the largest process", "", threads, 16, {threads_of(bare.pid()), floor}});
    return {};
  }

  Status kills(const Floor& spawn) {
    for (const char* module : {"chat", "waku", "keys", "gateway"}) {
      std::vector<double> took;
      for (int i = 0; i < 5; ++i) {
        // A module that was ready for a second restarts at once: that is the case that people meet.
        const Result<test::Row> fresh = a_.row(module);
        if (!fresh) return fail(fresh.error());
        if (Status old = await_age(module); !old) return old;
        const auto begin_ms = SystemClock().unix_ms();
        const Result<test::Row> before = a_.kill(module);
        if (!before) return fail(before.error());
        if (Status back = a_.await_ready(module, before->generation); !back) return back;
        const auto ready = a_.events().wait_for(test::EventLog::state(module, "ready", before->generation), 10s);
        if (!ready) return fail(Code::deadline_exceeded, "bench.late", std::string(module) + " is not back");
        took.push_back(static_cast<double>(ready->time_ms - begin_ms));
      }
      figures_.push_back(
          {std::string("kill -9 → ready, ") + module + ", p50", "ms", percentile(took, 0.5), 300, spawn});
    }
    return {};
  }

  // Until the module has been ready for 1.1 s, by the supervisor's own stamps.
  Status await_age(const std::string& module) {
    const auto give_up = Clock::now() + 20s;
    while (Clock::now() < give_up) {
      const Result<Value> row = a_.front().call("supervisor.module", Value::map({{"name", module}}));
      if (row && row->int_or("ready_ms", 0) != 0 && SystemClock().unix_ms() - row->int_or("ready_ms", 0) > 1'100)
        return {};
      std::this_thread::yield();
    }
    return fail(Code::deadline_exceeded, "bench.late", module + " does not stay ready");
  }

  // The default policy but for its budget: five deaths in a minute would make a module `failed`.
  ProcessNode a_{{.settings = {"restart.budget=0"}}};
  ProcessNode b_;
  Result<test::Conversation> conversation_ = fail(Code::internal, "bench.bug", "nobody talks yet");
  std::vector<Figure> figures_;
};

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], status::bench::kBareNng) == 0) return status::bench::listen_and_do_nothing();
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  status::bench::NodeBench bench;
  const auto figures = bench.run();
  if (!figures) {
    std::fprintf(stderr, "%s\n%s", bench.report().c_str(), figures.error().describe().c_str());
    return 2;
  }
  return status::bench::print(*figures, json) ? 0 : 1;
}
