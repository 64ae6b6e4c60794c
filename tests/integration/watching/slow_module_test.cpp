// A node, a Prometheus, and a module that takes 200 ms more in one of its stages: what is committed in deploy/prometheus
// and deploy/grafana names it, for every stage of every module; and without a fault it names nobody.
#include <gmock/gmock.h>

#include <cstdio>
#include <regex>

#include "ipc/base/codec.h"
#include "tests/bench/figures.h"
#include "tests/integration/blame/traffic.h"
#include "tests/integration/watching/prometheus_server.h"
#include "tests/support/process_node.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kWithin = 90s;  // rates are over a minute
constexpr double kWindow = 60;
const std::string kShares = "instance_module_stage:status_rpc_stage_seconds:share1m";

// What the panel of that title asks for, with its variables filled in.
std::string panel(const std::string& dashboard, const std::string& title, const std::string& instance,
                  const std::string& module) {
  const auto document =
      parse_json(read_file(std::string(STATUS_SOURCE_DIR) + "/deploy/grafana/" + dashboard + ".json"));
  for (const Value& each : *document->find("panels")->as_array()) {
    if (each.string_or("title", "") != title) continue;
    std::string text = each.find("targets")->as_array()->front().string_or("expr", "");
    text = std::regex_replace(text, std::regex("\\$instance"), instance);
    return std::regex_replace(text, std::regex("\\$module"), module);
  }
  ADD_FAILURE() << dashboard << " has no panel " << title;
  return "vector(0)";
}

class SlowModule : public testing::Test {
 protected:
  using Places = std::map<std::string, double>;  // "chat persist"

  void SetUp() override {
    const Status started = node_.start();
    ASSERT_TRUE(started) << started.error().describe();
    const Result<Value> hello = node_.front().call("supervisor.hello");
    ASSERT_TRUE(hello);
    const std::string url = hello->string_or("metrics_url", "");
    instance_ = url.substr(7, url.find('/', 7) - 7);
    prometheus_ = std::make_unique<PrometheusServer>(instance_);
  }
  static double value_of(const Value& series) {
    return std::stod(*series.find("value")->as_array()->at(1).as_string());
  }
  // `module`: whose stages a query is about that does not say it.
  Places places(const std::string& expression, const std::string& module = "") const {
    Places out;
    for (const Value& series : prometheus_->query(expression)) {
      const Value* labels = series.find("metric");
      out[labels->string_or("module", module) + " " + labels->string_or("stage", "")] = value_of(series);
    }
    return out;
  }
  static std::string greatest(const Places& places) {
    const auto found = std::ranges::max_element(places, {}, [](const auto& entry) { return entry.second; });
    return found == places.end() ? "" : found->first;
  }
  // By recording rule and by the dashboards.
  std::vector<std::string> named(const std::string& module) const {
    return {greatest(places(kShares)), greatest(places(panel("node", "Where time goes", instance_, module))),
            greatest(places(panel("node", "Seconds of each stage a second", instance_, module))),
            greatest(places(panel("module", "Where time goes", instance_, module), module))};
  }
  // What the alert says, pending or firing; empty without one.
  std::string alerted(const std::string& module) const {
    for (const Value& alert : prometheus_->alerts()) {
      const Value* labels = alert.find("labels");
      if (labels->string_or("alertname", "") != "StatusLatency" || labels->string_or("module", "") != module) continue;
      EXPECT_NE(labels->string_or("owner", ""), "");
      return alert.find("annotations")->string_or("summary", "");
    }
    return "";
  }
  static bool eventually(const std::function<bool()>& condition) {
    const auto deadline = bench::Clock::now() + kWithin;
    while (bench::Clock::now() < deadline) {
      if (condition()) return true;
      std::this_thread::sleep_for(500ms);  // half of what it takes Prometheus to know more
    }
    return condition();
  }
  double prometheus_time() const {
    const Value::Array now = prometheus_->query("vector(time())");
    return now.empty() ? 0 : value_of(now.front());
  }
  // Until rates are of what happens from here on alone.
  bool a_window_passes() const {
    const double end = prometheus_time() + kWindow;
    return eventually([&] { return prometheus_time() > end; });
  }
  void add(const Place& fault) {
    const auto added = node_.front().call(
        "supervisor.add_fault",
        Value::map({{"method", fault.method}, {"stage", fault.stage}, {"kind", "delay"}, {"delay_ms", 200}}));
    ASSERT_TRUE(added) << added.error().describe();
  }

  ProcessNode node_{{.settings = without_backoff(), .arguments = {"--allow-faults"}}};
  std::string instance_;
  std::unique_ptr<PrometheusServer> prometheus_;
};

TEST_F(SlowModule, IsNamedWithItsStageByRulesDashboardsAndAlert) {
  ProcessNode peer;
  ASSERT_TRUE(peer.start());
  const Result<Conversation> talk = converse(node_, peer);
  ASSERT_TRUE(talk) << talk.error().describe();
  ASSERT_TRUE(peer.stop());
  // Chat's calls in turn: it has one worker, and what waits behind a slow call is `queue` to a histogram, which does not
  // know what it waited for (`statusctl blame` does).
  const Traffic::InTurn chat{{"chat.list_conversations"},
                             {"chat.send_message", Value::map({{"conversation", talk->id}, {"content", "x"}})}};
  const Traffic traffic(
      node_,
      {chat, Traffic::InTurn{{"waku.info"}}, Traffic::InTurn{{"storage.space"}}, Traffic::InTurn{{"keys.status"}}},
      20ms);

  ASSERT_TRUE(a_window_passes());
  const Places before = places(kShares);
  EXPECT_GE(before.size(), 8U) << "there are rates";
  ASSERT_TRUE(a_window_passes());
  for (const auto& [place, share] : places(kShares)) {
    const auto known = before.find(place);
    const double then = known == before.end() ? 0 : known->second;
    std::printf("%-18s %5.1f %% without a fault, %5.1f %% in the minute before\n", place.c_str(), share * 100,
                then * 100);
    if (share >= 0.05) {
      EXPECT_LE(share, 1.5 * then) << place;
    }
  }
  for (const char* module : {"chat", "waku", "storage", "keys"}) EXPECT_EQ(alerted(module), "");

  for (const Place& fault : every_place()) {
    const std::string module = fault.method.substr(0, fault.method.find('.'));
    const std::string place = module + " " + fault.stage;
    const auto begin = bench::Clock::now();
    add(fault);
    std::vector<std::string> seen;
    EXPECT_TRUE(eventually([&] {
      seen = named(module);
      return std::ranges::all_of(seen, [&](const std::string& each) { return each == place; });
    })) << place
        << ": rule and dashboards say " << testing::PrintToString(seen);
    const double named_after = bench::ms_since(begin) / 1'000;
    EXPECT_TRUE(eventually([&] { return alerted(module).ends_with("most of it in " + fault.stage); }))
        << place << ": the alert says " << alerted(module);
    std::printf("%-18s named after %5.1f s, by the alert after %5.1f s\n", place.c_str(), named_after,
                bench::ms_since(begin) / 1'000);
    std::fflush(stdout);
    ASSERT_TRUE(node_.front().call("supervisor.clear_faults"));
  }
}

}  // namespace
}  // namespace status::test
