// A node, a Prometheus, and a module that takes 200 ms more in one of its stages: what is committed in deploy/prometheus
// names it, for every stage of every module; and without a fault it names nobody.
#include <gmock/gmock.h>

#include <cstdio>

#include "tests/bench/figures.h"
#include "tests/integration/blame/traffic.h"
#include "tests/integration/watching/prometheus_server.h"
#include "tests/support/process_node.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kWithin = 90s;  // rates are over a minute
const std::string kShares = "instance_module_stage:status_rpc_stage_seconds:share1m";

class SlowModule : public testing::Test {
 protected:
  void SetUp() override {
    const Status started = node_.start();
    ASSERT_TRUE(started) << started.error().describe();
    const Result<Value> hello = node_.front().call("supervisor.hello");
    ASSERT_TRUE(hello);
    const std::string url = hello->string_or("metrics_url", "");
    prometheus_ = std::make_unique<PrometheusServer>(url.substr(7, url.find('/', 7) - 7));
  }
  // Of the node's time, by module and stage.
  std::map<std::string, double> shares() const {
    std::map<std::string, double> out;
    for (const Value& series : prometheus_->query(kShares)) {
      const Value* labels = series.find("metric");
      const Value* value = series.find("value");
      out[labels->string_or("module", "") + " " + labels->string_or("stage", "")] =
          std::stod(*value->as_array()->at(1).as_string());
    }
    return out;
  }
  static std::string greatest(const std::map<std::string, double>& shares) {
    const auto found = std::ranges::max_element(shares, {}, [](const auto& entry) { return entry.second; });
    return found == shares.end() ? "" : found->first;
  }
  bool alerted(const std::string& name, const std::string& module) const {
    return std::ranges::any_of(prometheus_->alerts(), [&](const Value& alert) {
      const Value* labels = alert.find("labels");
      return labels->string_or("alertname", "") == name && labels->string_or("module", "") == module &&
             !labels->string_or("owner", "").empty();
    });
  }
  static bool eventually(const std::function<bool()>& condition) {
    const auto deadline = bench::Clock::now() + kWithin;
    while (bench::Clock::now() < deadline) {
      if (condition()) return true;
      std::this_thread::sleep_for(500ms);  // half of what it takes Prometheus to know more
    }
    return condition();
  }
  void add(const Place& fault) {
    const auto added = node_.front().call(
        "supervisor.add_fault",
        Value::map({{"method", fault.method}, {"stage", fault.stage}, {"kind", "delay"}, {"delay_ms", 200}}));
    ASSERT_TRUE(added) << added.error().describe();
  }

  ProcessNode node_{{.settings = without_backoff(), .arguments = {"--allow-faults"}}};
  std::unique_ptr<PrometheusServer> prometheus_;
};

TEST_F(SlowModule, IsNamedWithItsStageByRulesAndAlert) {
  ProcessNode peer;
  ASSERT_TRUE(peer.start());
  const Result<Conversation> talk = converse(node_, peer);
  ASSERT_TRUE(talk) << talk.error().describe();
  ASSERT_TRUE(peer.stop());
  // Chat's calls in turn: it has one worker, and what waits behind a slow call is `queue` to a histogram, which does not
  // know what it waited for (`statusctl blame` does).
  const Traffic::InTurn chat{{"chat.list_conversations"},
                             {"chat.send_message", Value::map({{"conversation", talk->id}, {"content", "x"}})}};
  const Traffic traffic(node_, {chat, Traffic::InTurn{{"waku.info"}}, Traffic::InTurn{{"keys.status"}}}, 20ms);
  ASSERT_TRUE(eventually([&] { return shares().size() >= 8; })) << "there are rates";
  const std::map<std::string, double> before = shares();
  ASSERT_TRUE(eventually([&] {
    const std::map<std::string, double> now = shares();
    return std::ranges::all_of(now, [&](const auto& entry) {
      const auto known = before.find(entry.first);
      return entry.second < 0.05 || (known != before.end() && entry.second <= 1.5 * known->second);
    });
  })) << "without a fault nobody has more than half again of what it had";
  EXPECT_FALSE(alerted("StatusLatency", "chat"));
  for (const Place& fault : every_place()) {
    const std::string module = fault.method.substr(0, fault.method.find('.'));
    const std::string place = module + " " + fault.stage;
    const auto begin = bench::Clock::now();
    add(fault);
    EXPECT_TRUE(eventually([&] { return greatest(shares()) == place; })) << place << ": it is " << greatest(shares());
    const double named = bench::ms_since(begin) / 1'000;
    EXPECT_TRUE(eventually([&] { return alerted("StatusLatency", module); })) << place;
    std::printf("%-10s %-8s named after %5.1f s, alert after %5.1f s\n", module.c_str(), fault.stage.c_str(), named,
                bench::ms_since(begin) / 1'000);
    ASSERT_TRUE(node_.front().call("supervisor.clear_faults"));
  }
}

}  // namespace
}  // namespace status::test
