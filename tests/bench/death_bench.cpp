// death_bench [--kills N] [--proof DIRECTORY]: kill -9 of a module of an idle node, and what a front end sees of it:
// the call that was in flight fails, and the event is there.
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>

#include "ipc/base/codec.h"
#include "tests/integration/gateway/echo_node.h"
#include "tests/proof/proof.h"

namespace {

using namespace status;
using namespace std::chrono_literals;

// A call that is never answered, and when and how it ended.
class HeldCall {
 public:
  HeldCall(ipc::Client& client, const std::string& method) {
    ipc::Request request;
    request.method = method;
    request.params = encode_msgpack(Value::Map());
    client.call(request, [this](const Result<ipc::Response>& response) {
      const auto now = bench::Clock::now();
      const std::lock_guard lock(mutex_);
      at_ = now;
      code_ = response ? Code::internal : response.error().code;
      ended_.notify_all();
    });
  }
  // Milliseconds since then, once it has failed as a call to a dead module does.
  Result<double> failed_after(bench::Clock::time_point kill) {
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, test::kPatience, [&] { return code_.has_value(); })) {
      return fail(Code::deadline_exceeded, "bench.late", "the call to the dead module does not end");
    }
    if (code_ != Code::unavailable) {
      return fail(*code_, "bench.other_error", "the call to the dead module did not end with UNAVAILABLE");
    }
    return std::chrono::duration<double, std::milli>(at_ - kill).count();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bench::Clock::time_point at_;
  std::optional<Code> code_;
};

Status run(proof::Proof& proof, test::EchoNode& node) {
  if (Status started = node.start(); !started) return started;
  while (proof.left() > 0 && proof.has_time()) {
    HeldCall held(node->front().client(), "echo_a.hold");
    // The module takes calls in their order: with this one answered, that one is there.
    if (const auto said = node->front().call("echo_a.say", Value::map({{"text", "x"}})); !said) {
      return fail(said.error());
    }
    const Result<test::Row> row = node->row("echo_a");
    if (!row) return fail(row.error());
    const test::ProcessHandle module(static_cast<pid_t>(row->pid));
    const auto begin = bench::Clock::now();
    module.signal(SIGKILL);
    if (!module.wait_gone(test::kPatience)) return fail(Code::deadline_exceeded, "bench.late", "echo_a does not die");
    proof.collect("gone_ms", {std::chrono::duration<double, std::milli>(bench::Clock::now() - begin).count()});
    const Result<double> failed = held.failed_after(begin);
    if (!failed) return fail(failed.error());
    const auto death = test::EventLog::state("echo_a", "backoff", row->generation - 1);
    if (!node->events().wait_for(death, test::kPatience)) {
      return fail(Code::deadline_exceeded, "bench.late", "no event says that echo_a died");
    }
    const auto told = node->events().arrivals(death).back().at;
    proof.collect("failed_ms", {*failed});
    proof.collect("told_ms", {std::chrono::duration<double, std::milli>(told - begin).count()});
    if (Status back = node->await_ready("echo_a", row->generation); !back) return back;
    proof.advance(1);
  }
  return node->stop();
}

}  // namespace

int main(int argc, char** argv) {
  proof::Proof proof("death_bench", "kills", 300);
  if (const auto leave = proof.begin(argc, argv)) return *leave;
  test::EchoNode node;
  if (Status done = run(proof, node); !done) {
    std::fprintf(stderr, "%s\ndeath_bench: %s\n", node->report().c_str(), done.error().describe().c_str());
    return proof::Proof::kUsage;
  }
  const auto of = [&](const char* name, double share) { return bench::percentile(proof.collected(name), share); };
  // The kernel takes the module's memory and threads away before it says to anybody that it is dead.
  const auto floor = [&](double share) {
    return bench::Floor{of("gone_ms", share), "the kernel says that it is dead"};
  };
  return proof.finish({bench::shown("kill -9 → front end has the event, p50", "ms", of("told_ms", 0.5), floor(0.5)),
                       {"kill -9 → front end has the event, p99", "ms", of("told_ms", 0.99), 5, floor(0.99)},
                       bench::shown("kill -9 → call in flight has failed, p50", "ms", of("failed_ms", 0.5), floor(0.5)),
                       {"kill -9 → call in flight has failed, worst", "ms", of("failed_ms", 1), 10, floor(1)}});
}
