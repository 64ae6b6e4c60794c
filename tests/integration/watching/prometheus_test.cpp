// deploy/prometheus against Prometheus's own tools, and against what a node exposes.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "ipc/base/codec.h"
#include "tests/support/child_process.h"
#include "tests/support/process_node.h"
#include "tests/support/scrape.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kRoot = STATUS_SOURCE_DIR;
const std::string kFolder = kRoot + "/deploy/prometheus";

std::string text_of(const std::string& path) {
  std::string text = read_file(path);
  EXPECT_FALSE(text.empty()) << path;
  return text;
}

// What the program says; its failure is the test's.
std::string run(std::vector<std::string> words) {
  words.insert(words.begin(), "/usr/bin/env");  // which looks for it
  ChildProcess program(words, {}, ChildProcess::Errors::apart);
  // `promtool test rules` computes for seconds, on a processor that it shares.
  EXPECT_EQ(program.wait(4 * kPatience), 0) << program.read_all() << program.errors();
  return program.read_all();
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  std::set<std::string> out;
  const std::regex wanted(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) out.insert((*at)[1]);
  return out;
}

// Names of the families of a page.
std::set<std::string> families_of(const std::string& page) { return matches(page, "# TYPE ([a-z_]+) "); }

TEST(Prometheus, ItsOwnToolsTakeWhatIsThere) {
  run({"promtool", "check", "config", kFolder + "/prometheus.yml"});
  run({"promtool", "check", "rules", "--lint=all", "--lint-fatal", kFolder + "/recording.yml",
       kFolder + "/alerts.yml"});
  run({"promtool", "test", "rules", kFolder + "/tests/recording_test.yml", kFolder + "/tests/alerts_test.yml"});
}

TEST(Prometheus, EveryAlertHasARunbookAndCasesInWhichItFiresAndInWhichItDoesNot) {
  const std::string rules = text_of(kFolder + "/alerts.yml");
  const std::string runbook = text_of(kFolder + "/README.md");
  const std::string cases = text_of(kFolder + "/tests/alerts_test.yml");
  const std::set<std::string> alerts = matches(rules, "- alert: (\\w+)");
  EXPECT_GE(alerts.size(), 15U);
  EXPECT_EQ(matches(cases, "alertname: (\\w+)"), alerts);
  for (const std::string& alert : alerts) {
    EXPECT_THAT(runbook, HasSubstr("\n## " + alert + "\n"));
    EXPECT_THAT(cases, HasSubstr("# " + alert + ": fires"));
    const bool always = alert == "StatusDeadMan";
    EXPECT_TRUE(always || cases.find("# " + alert + ": silent") != std::string::npos) << alert;
    std::string anchor = alert;
    std::ranges::transform(anchor, anchor.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_THAT(rules, HasSubstr("README.md#" + anchor + "\n"));
  }
  EXPECT_EQ(matches(runbook, "\n## (\\w+)"), alerts);
}

TEST(Prometheus, AlertsGoToTheTeamThatOwnsTheModule) {
  const TempDir dir;
  const std::string routes = dir / "alertmanager.yml";
  std::ofstream(routes) << run({kFolder + "/routes"});
  EXPECT_THAT(run({"amtool", "check-config", routes}), HasSubstr("SUCCESS"));
  std::set<std::string> owners;
  for (const char* folder : {"/services", "/supervisor"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kRoot + folder)) {
      if (entry.path().filename() != "module.toml") continue;
      owners.merge(matches(text_of(entry.path()), "\nteam = \"([^\"]+)\""));
    }
  }
  EXPECT_GE(owners.size(), 3U);
  const auto receiver = [&](const std::vector<std::string>& labels) {
    std::vector<std::string> words = {"amtool", "config", "routes", "test", "--config.file=" + routes};
    words.insert(words.end(), labels.begin(), labels.end());
    return run(words);
  };
  for (const std::string& owner : owners) {
    EXPECT_EQ(receiver({"alertname=StatusLatency", "severity=ticket", "owner=" + owner}), owner + "\n");
  }
  EXPECT_EQ(receiver({"alertname=Other", "severity=page"}), "status-backend\n") << "what nobody owns";
  EXPECT_EQ(receiver({"alertname=StatusDeadMan", "severity=none", "owner=status-backend"}), "nobody\n");

  // Those of one module: what nobody owns has its receiver all the same.
  std::ofstream(routes) << run({kFolder + "/routes", kRoot + "/services/chat/module.toml"});
  EXPECT_THAT(run({"amtool", "check-config", routes}), HasSubstr("SUCCESS"));
}

// All that dashboards ask for.
std::set<std::string> dashboard_queries() {
  std::set<std::string> out;
  for (const char* name : {"node", "module", "fleet"}) {
    const Result<Value> dashboard = parse_json(text_of(kRoot + "/deploy/grafana/" + name + ".json"));
    EXPECT_TRUE(dashboard) << name;
    for (const Value& panel : *dashboard->find("panels")->as_array()) {
      for (const Value& target : *panel.find("targets")->as_array()) out.insert(target.string_or("expr", ""));
    }
  }
  return out;
}

TEST(Grafana, DashboardsAreWhatTheirDescriptionMakesThem) {
  const TempDir dir;
  run({kRoot + "/deploy/grafana/make", dir.path()});
  for (const char* name : {"node", "module", "fleet"}) {
    EXPECT_EQ(text_of(dir / (std::string(name) + ".json")), text_of(kRoot + "/deploy/grafana/" + name + ".json"))
        << "deploy/grafana/make writes it anew";
  }
}

TEST(Grafana, PrometheusUnderstandsWhatDashboardsAskFor) {
  const TempDir dir;
  std::ofstream rules(dir / "rules.yml");
  rules << "groups:\n  - name: dashboards\n    rules:\n";
  std::size_t count = 0;
  for (const std::string& query : dashboard_queries()) {
    rules << "      - record: query:" << ++count << "\n        expr: >-\n          " << query << "\n";
  }
  rules.close();
  EXPECT_GT(count, 30U);
  run({"promtool", "check", "rules", dir / "rules.yml"});
}

class NodePage : public testing::Test {
 protected:
  // Once all modules have been asked for their figures, and statusd has told its own.
  std::string page() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::string out;
    const auto shown = [&out](const std::string& series) { return out.find(series) != std::string::npos; };
    const auto asked = [&](const char* module) {
      return shown("status_module_snapshot_age_seconds{module=\"" + std::string(module) + "\"}");
    };
    do {
      out = scrape(node_);
    } while (!(asked("keys") && asked("waku") && asked("chat") && shown("status_supervisor_loop_lag_seconds")) &&
             std::chrono::steady_clock::now() < deadline);
    return out.substr(out.find("\r\n\r\n") + 4);
  }
  void SetUp() override {
    const Status started = node_.start();
    ASSERT_TRUE(started) << started.error().describe();
  }

  ProcessNode node_;
};

TEST_F(NodePage, IsWhatPromtoolCallsRight) {
  const TempDir dir;
  std::ofstream(dir / "page") << page();
  ChildProcess check({"/bin/sh", "-c", "promtool check metrics < " + (dir / "page")});
  EXPECT_EQ(check.wait(kPatience), 0) << check.read_all();
  EXPECT_THAT(check.read_all(), IsEmpty());
}

TEST_F(NodePage, HasWhatRulesAndThePageOfMetricsSpeakOf) {
  const std::set<std::string> shown = families_of(page());
  const std::set<std::string> documented = matches(text_of(kRoot + "/metrics/README.md"), "\n\\| `([a-z_]+)`");
  for (const std::string& family : shown)
    EXPECT_TRUE(documented.contains(family)) << family << " is not in metrics/README.md";
  std::set<std::string> rare =
      matches(text_of(kRoot + "/metrics/README.md"), "\n\\| `([a-z_]+)` \\|[^\n]*\\| seldom \\|");
  for (const std::string& family : documented) {
    EXPECT_TRUE(shown.contains(family) || rare.contains(family)) << family << " is in metrics/README.md alone";
  }
  std::string rules = text_of(kFolder + "/recording.yml") + text_of(kFolder + "/alerts.yml");
  for (const std::string& query : dashboard_queries()) rules += " " + query + " ";
  for (std::string name : matches(rules, "[^:\\w](status_[a-z_]+)(?=[{\\[ )*\n])")) {
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      if (name.ends_with(suffix)) name.resize(name.size() - std::string_view(suffix).size());
    }
    EXPECT_TRUE(documented.contains(name) || name.starts_with("status_recording") || name.starts_with("status_alerts"))
        << name << " is asked for by a rule and exposed by nobody";
  }
}

}  // namespace
}  // namespace status::test
