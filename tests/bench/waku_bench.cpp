// waku_bench [--json]: three nodes in a line, A - B - C: how fast messages pass, and that none is lost or comes twice
// when B's waku is killed on their way and when C was away.
#include <cstdio>
#include <cstring>
#include <future>
#include <map>

#include "services/waku/api.h"
#include "tests/bench/figures.h"
#include "tests/support/process_node.h"

namespace status::bench {
namespace {

using test::EventLog;
using test::ProcessNode;
using namespace std::chrono_literals;

constexpr const char* kTopic = "/status-bench/1/line/raw";
constexpr std::size_t kPayloadBytes = 1'024;
constexpr std::chrono::seconds kPatience{60};

// What has come in to a node, by number of the message. Rebuilt after a restart of the node: its stream is durable.
class Arrivals {
 public:
  explicit Arrivals(ProcessNode& node) : log_(node.front().client(), "waku.messages.next") {}

  bool wait_for(const std::string& name) {
    return log_.wait_for([&](const EventLog::Event& event) { return name_of(event) == name; }, kPatience).has_value();
  }
  bool wait_for_all(const std::string& phase, std::size_t count) {
    return log_.wait_for_count(
        count, [&](const EventLog::Event& event) { return name_of(event).starts_with(phase); }, kPatience);
  }
  // Messages of the phase that did not come exactly once.
  std::size_t wrong(const std::string& phase, std::size_t count) const {
    std::map<std::string, std::size_t> times;
    for (const EventLog::Event& event : log_.all([](const EventLog::Event&) { return true; })) ++times[name_of(event)];
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < count; ++i) wrong += times[phase + std::to_string(i)] == 1 ? 0 : 1;
    return wrong;
  }

 private:
  static std::string name_of(const EventLog::Event& event) {
    const auto message = api::from_value<waku::MessageView>(event.data, api::Mode::lenient);
    if (!message) return {};
    const std::string text(message->payload.begin(), message->payload.end());
    return text.substr(0, text.find('.'));
  }

  EventLog log_;
};

class WakuBench {
 public:
  Result<std::vector<Figure>> run() {
    const Floor disk = fsync_floor();
    for (ProcessNode* node : {&a_, &b_, &c_}) {
      if (Status started = node->start(); !started) return fail(started.error());
    }
    if (Status linked = test::link(a_, b_); !linked) return fail(linked.error());
    if (Status linked = test::link(c_, b_); !linked) return fail(linked.error());
    const auto subscribed = c_.front().call<waku::Subscribe>("waku", {.content_topics = {kTopic}});
    if (!subscribed) return fail(subscribed.error());
    if (Status done = one_by_one(disk); !done) return fail(done.error());
    if (Status done = many_at_once(); !done) return fail(done.error());
    if (Status done = kill_between(); !done) return fail(done.error());
    if (Status done = away(); !done) return fail(done.error());
    for (ProcessNode* node : {&a_, &b_, &c_}) {
      if (Status stopped = node->stop(); !stopped) return fail(stopped.error());
    }
    return figures_;
  }

  std::string report() { return a_.report() + b_.report() + c_.report(); }

 private:
  Status send(const std::string& name) {
    Bytes payload(kPayloadBytes, '.');
    std::ranges::copy(name, payload.begin());
    const auto sent = a_.front().call<waku::Send>("waku", {.content_topic = kTopic, .payload = std::move(payload)});
    return sent ? Status{} : Status(fail(sent.error()));
  }
  Status send_all(const std::string& phase, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (Status sent = send(phase + std::to_string(i)); !sent) return sent;
    }
    return {};
  }
  static Status late(const std::string& phase) {
    return fail(Code::deadline_exceeded, "bench.late", "messages of the phase `" + phase + "` did not arrive");
  }

  Status one_by_one(const Floor& disk) {
    constexpr std::size_t kMessages = 220;
    constexpr std::size_t kWarmUp = 20;
    Arrivals arrivals(c_);
    std::vector<double> took;
    for (std::size_t i = 0; i < kMessages; ++i) {
      const std::string name = "single " + std::to_string(i);
      const auto begin = Clock::now();
      if (Status sent = send(name); !sent) return sent;
      if (!arrivals.wait_for(name)) return late("single");
      if (i >= kWarmUp) took.push_back(ms_since(begin));
    }
    figures_.push_back({"waku.send at A → waku.messages.next at C, p50", "ms", percentile(took, 0.5), 20, disk});
    figures_.push_back({"the same, p99", "ms", percentile(took, 0.99), 100, disk});
    return {};
  }

  Status many_at_once() {
    constexpr std::size_t kMessages = 2'000;
    Arrivals arrivals(c_);
    const auto begin = Clock::now();
    if (Status sent = send_all("burst ", kMessages); !sent) return sent;
    if (!arrivals.wait_for_all("burst ", kMessages)) return late("burst");
    figures_.push_back({"1 KiB messages a second, A → C, one send after another",
                        "/s",
                        static_cast<double>(kMessages) * 1e3 / ms_since(begin),
                        200,
                        {},
                        true});
    return wrong(arrivals, "burst ", kMessages);
  }

  Status kill_between() {
    constexpr std::size_t kMessages = 1'000;
    Arrivals arrivals(c_);
    auto sending = std::async(std::launch::async, [this] { return send_all("killed ", kMessages); });
    if (!arrivals.wait_for("killed " + std::to_string(kMessages / 4))) return late("killed");
    const Result<test::Row> before = b_.kill("waku");
    if (Status sent = sending.get(); !sent) return sent;
    if (!before) return fail(before.error());
    if (!arrivals.wait_for_all("killed ", kMessages)) return late("killed");
    return wrong(arrivals, "killed ", kMessages);
  }

  Status away() {
    constexpr std::size_t kMessages = 1'000;
    if (Status stopped = c_.stop(); !stopped) return stopped;
    if (Status sent = send_all("missed ", kMessages); !sent) return sent;
    const auto begin = Clock::now();
    if (Status started = c_.start(); !started) return started;
    Arrivals arrivals(c_);
    if (!arrivals.wait_for_all("missed ", kMessages)) return late("missed");
    figures_.push_back({"start of C → it has 1,000 missed messages", "ms", ms_since(begin), 5'000});
    return wrong(arrivals, "missed ", kMessages);
  }

  Status wrong(const Arrivals& arrivals, const std::string& phase, std::size_t count) {
    figures_.push_back({"lost or doubled of " + std::to_string(count) + " (" + phase.substr(0, phase.size() - 1) + ")",
                        "", static_cast<double>(arrivals.wrong(phase, count)), 0});
    return {};
  }

  ProcessNode a_;
  ProcessNode b_{{.settings = test::without_backoff(), .arguments = {}}};
  ProcessNode c_;
  std::vector<Figure> figures_;
};

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  status::bench::WakuBench bench;
  const auto figures = bench.run();
  if (!figures) {
    std::fprintf(stderr, "%s\n%s\n", bench.report().c_str(), figures.error().describe().c_str());
    return 2;
  }
  return status::bench::print(*figures, argc > 1 && std::strcmp(argv[1], "--json") == 0) ? 0 : 1;
}
