// node_bench [--json]: what a node costs and how fast it is, each figure beside its floor from the same run.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ipc/base/codec.h"
#include "tests/support/process_node.h"

extern char** environ;

namespace status::bench {
namespace {

using test::ProcessNode;
using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Figure {
  std::string name;
  std::string unit;
  double value = 0;
  double floor = 0;  // 0: none
  std::string floor_name;
  double target = 0;
  bool met() const { return value <= target; }
};

// ---- floors ----

// One commit to the disk: write and fsync of 4 KiB in the data directory's file system.
double fsync_ms(const std::string& directory) {
  const std::string path = directory + "/floor";
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  std::vector<double> took;
  const std::string block(4'096, 'x');
  for (int i = 0; i < 50; ++i) {
    const auto begin = Clock::now();
    if (::pwrite(fd, block.data(), block.size(), 0) < 0 || ::fsync(fd) != 0) break;
    took.push_back(ms_since(begin));
  }
  ::close(fd);
  ::unlink(path.c_str());
  return percentile(took, 0.5);
}

// posix_spawn of a program that does nothing, to its end.
double spawn_ms() {
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
  return percentile(took, 0.5);
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
    const double disk = fsync_ms(std::filesystem::temp_directory_path());
    const double spawn = spawn_ms();
    if (Status done = cold_start(spawn); !done) return fail(done.error());
    if (Status done = messages(disk); !done) return fail(done.error());
    if (Status done = footprint(); !done) return fail(done.error());
    if (Status done = kills(spawn); !done) return fail(done.error());
    for (ProcessNode* node : {&a_, &b_}) {
      if (Status stopped = node->stop(); !stopped) return fail(stopped.error());
    }
    return figures_;
  }

 private:
  // From the spawn of statusd, on an empty directory, to the readiness of its last module as statusd saw it.
  Status cold_start(double spawn) {
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
    figures_.push_back(
        {"cold start to all ready, p50", "ms", percentile(took, 0.5), spawn, "posix_spawn of /bin/true", 500});
    if (Status started = a_.start(); !started) return started;
    return b_.start();
  }

  Status messages(double disk) {
    if (Status linked = test::link(a_, b_); !linked) return linked;
    Result<test::Conversation> conversation = test::converse(a_, b_);
    if (!conversation) return fail(conversation.error());
    std::vector<double> took;
    for (int i = 0; i < 220; ++i) {
      const std::string text = "bench " + std::to_string(i);
      const auto announced = [&](const test::EventLog::Event& event) {
        const Value* message = event.data.find("message");
        return event.topic == "chat.message_received" && message != nullptr &&
               message->string_or("content", "") == text;
      };
      const std::size_t seen = b_.events().size();
      const auto begin = Clock::now();
      if (Status sent = test::say(a_, *conversation, text, text); !sent) return sent;
      if (!b_.events().wait_for(announced, 10s, seen))
        return fail(Code::deadline_exceeded, "bench.late", text + " did not arrive");
      if (i >= 20) took.push_back(ms_since(begin));  // the first ones set up the session
    }
    figures_.push_back({"message A → B, send_message → message_received, p50", "ms", percentile(took, 0.5), disk,
                        "one 4 KiB write and fsync", 20});
    figures_.push_back({"message A → B, p99", "ms", percentile(took, 0.99), disk, "one 4 KiB write and fsync", 100});
    return {};
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
    figures_.push_back({"anonymous memory of the largest idle process", "MiB", memory, 0, "", 5});
    figures_.push_back({"threads of the largest process", "", threads, 0, "", 16});
    return {};
  }

  Status kills(double spawn) {
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
      figures_.push_back({std::string("kill -9 → ready, ") + module + ", p50", "ms", percentile(took, 0.5), spawn,
                          "posix_spawn of /bin/true", 300});
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
  std::vector<Figure> figures_;
};

bool print(const std::vector<Figure>& figures, bool json) {
  bool all = true;
  Value::Array list;
  for (const Figure& figure : figures) {
    all = all && figure.met();
    if (json) {
      list.push_back(Value::map({{"name", figure.name},
                                 {"unit", figure.unit},
                                 {"value", figure.value},
                                 {"target", figure.target},
                                 {"met", figure.met()},
                                 {"floor", figure.floor},
                                 {"floor_name", figure.floor_name}}));
      continue;
    }
    std::printf("%-52s %8.2f %-4s target %6.0f  %s", figure.name.c_str(), figure.value, figure.unit.c_str(),
                figure.target, figure.met() ? "met   " : "MISSED");
    if (figure.floor > 0) std::printf("  (floor %.2f: %s)", figure.floor, figure.floor_name.c_str());
    std::puts("");
  }
  if (json) {
    std::puts(to_json(Value::map({{"figures", list}, {"pass", all}})).c_str());
  } else {
    std::puts(all ? "PASS" : "FAIL");
  }
  return all;
}

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  const auto figures = status::bench::NodeBench().run();
  if (!figures) {
    std::fprintf(stderr, "%s\n", figures.error().describe().c_str());
    return 2;
  }
  return status::bench::print(*figures, json) ? 0 : 1;
}
