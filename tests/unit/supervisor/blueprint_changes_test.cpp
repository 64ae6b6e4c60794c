#include "supervisor/plan/blueprint_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

using testing::ElementsAre;

ModulePlan plan(const std::string& name) {
  ModulePlan out;
  out.manifest.name = name;
  out.manifest.team = "t";
  out.executable = "/bin/" + name;
  out.settings = Value::map({{"mesh", Value::map({{"listen", "a"}, {"peers", 1}})}});
  return out;
}

class BlueprintChanges : public testing::Test {
 protected:
  BlueprintChanges() {
    for (const char* name : {"gateway", "keys", "waku"}) running_.modules.push_back(plan(name));
    wanted_ = running_;
  }
  // "waku restarted settings.mesh.listen"
  std::vector<std::string> changes() const {
    std::vector<std::string> out;
    for (const ModuleChange& change : changes_between(running_, wanted_)) {
      out.push_back(change.module + " " + std::string(to_word(change.kind)));
      for (const std::string& key : change.keys) out.back() += " " + key;
    }
    return out;
  }

  Blueprint running_;
  Blueprint wanted_;
};

TEST_F(BlueprintChanges, TheSameIsNoChange) { EXPECT_TRUE(changes().empty()); }

TEST_F(BlueprintChanges, WhatAProcessIsGivenRestartsItAndNobodyElse) {
  wanted_.modules[2].settings = Value::map({{"mesh", Value::map({{"listen", "b"}, {"peers", 1}})}, {"more", 1}});
  wanted_.modules[2].manifest.sandbox = Sandbox::network;
  wanted_.modules[2].manifest.reexport = {"libp2p_*"};
  EXPECT_THAT(changes(), ElementsAre("waku restarted sandbox metrics.reexport settings.mesh.listen settings.more"));
}

TEST_F(BlueprintChanges, WhatIsTheSupervisorsBusinessRestartsNothing) {
  wanted_.modules[1].manifest.stop_timeout = milliseconds(1);
  wanted_.modules[1].manifest.memory_bytes = 1 << 30;
  wanted_.configuration.hang_limit = milliseconds(9'000);
  wanted_.configuration.log_level = "debug";
  wanted_.configuration.stop_within = milliseconds(1'000);
  EXPECT_THAT(changes(), ElementsAre("keys adjusted limits.memory_bytes timeouts.stop_ms",
                                     "statusd adjusted logs.level hang.limit_ms stop.within_ms"));
}

TEST_F(BlueprintChanges, TheMetricsAddressIsTheGateways) {
  wanted_.configuration.metrics_listen = "127.0.0.1:1";
  wanted_.configuration.metrics_allowed_hosts = {"node.example.org"};
  wanted_.configuration.metrics_tls = true;
  wanted_.configuration.metrics_require_token = true;
  EXPECT_THAT(changes(), ElementsAre("gateway restarted metrics.listen metrics.allowed_hosts metrics.tls "
                                     "metrics.require_token"));
}

// node.toml has no key that a running node does not take on.
TEST_F(BlueprintChanges, NoKeyOfTheNodeChangesInSilence) {
  const std::pair<const char*, const char*> settings[] = {
      {"logs.level", "debug"},         {"logs.max_bytes", "5000"},    {"logs.files", "7"},
      {"logs.total_bytes", "2000000"}, {"logs.max_lines_per_s", "7"}, {"logs.burst_lines", "7"},
      {"hang.ping_ms", "77"},          {"hang.limit_ms", "777"},      {"hang.supervisor_ms", "777"},
      {"stop.within_ms", "777"}};
  for (const auto& [key, value] : settings) {
    Value document = Value::Map();
    ASSERT_TRUE(apply_override(document, std::string(key) + "=" + value));
    const auto configuration = parse_configuration(document, "node.toml", {});
    ASSERT_TRUE(configuration) << configuration.error().message;
    wanted_.configuration = *configuration;
    EXPECT_THAT(changes(), ElementsAre("statusd adjusted " + std::string(key)));
  }
}

TEST_F(BlueprintChanges, TheDoorForOtherMachinesIsTheGateways) {
  wanted_.configuration.remote_listen = "tls+tcp://127.0.0.1:1";
  EXPECT_THAT(changes(), ElementsAre("gateway restarted remote.listen"));
}

TEST_F(BlueprintChanges, ModulesComeAndGoAndGetGrants) {
  wanted_.modules.erase(wanted_.modules.begin() + 2);
  wanted_.modules.push_back(plan("bridge"));
  wanted_.modules[1].edges = {{.module = "bridge"}};
  EXPECT_THAT(changes(), ElementsAre("keys restarted requires", "bridge added", "waku removed"));
}

}  // namespace
}  // namespace status::supervisor
