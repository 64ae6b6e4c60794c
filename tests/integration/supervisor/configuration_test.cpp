// Another configuration for a node that runs: only what it concerns is restarted, and a mistake changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "ipc/base/codec.h"
#include "ipc/control/control_line.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConfigurationTest : public testing::Test {
 protected:
  // Its exit code; what it said is in `said_`.
  int ctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {binary("statusctl"), "--data-dir", node_.data_dir()});
    ChildProcess process(arguments);
    const auto code = process.wait(kPatience);
    said_ = process.output();
    return code.value_or(-1);
  }
  // So many modules have become ready, in any order.
  bool up(int modules) {
    while (modules > 0 && node_.wait_for(": starting → ready")) --modules;
    return modules == 0;
  }
  void configure(const std::string& text) { write_file(node_.path("node.toml"), text); }
  void hang_up() { node_.statusd().signal(SIGHUP); }

  std::string said_;
  TestNode node_{{.settings = {"modules=[\"keys\"]", "metrics.listen=127.0.0.1:0"}, .arguments = {}}};
};

TEST_F(ConfigurationTest, ASettingRestartsTheModuleThatHasItAndNoOther) {
  node_.add_fake_module("a");
  node_.add_fake_module("b");
  node_.start();
  ASSERT_TRUE(up(4)) << node_.statusd().output();
  configure("[a]\nanswer = 42\n");
  EXPECT_EQ(ctl({"config", "diff", "--json"}), 0) << said_;
  EXPECT_THAT(said_, HasSubstr(R"({"changes":[{"module":"a","change":"restarted","keys":["settings.answer"]}]})"));
  EXPECT_THAT(node_.statusd().output(), Not(HasSubstr("draining"))) << "asking changes nothing";
  EXPECT_EQ(ctl({"config", "apply"}), 0) << said_;
  ASSERT_TRUE(node_.wait_for("a: ready → draining"));
  ASSERT_TRUE(node_.wait_for("a: starting → ready"));
  const auto report = parse_json(read_file(node_.path("profiles/default/a/report.json")));
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->find("config")->int_or("answer", 0), 42);
  EXPECT_THAT(node_.statusd().output(), Not(HasSubstr("b: ready → draining")));
  EXPECT_THAT(node_.statusd().output(), Not(HasSubstr("gateway: ready → draining")));
  EXPECT_EQ(ctl({"config", "diff", "--json"}), 0);
  EXPECT_THAT(said_, HasSubstr(R"({"changes":[]})"));
}

TEST_F(ConfigurationTest, ALimitOfTheLogsHoldsFromTheNextLineOn) {
  node_.add_fake_module("a");
  node_.start();
  ASSERT_TRUE(up(3)) << node_.statusd().output();
  configure("[logs]\nmax_bytes = 4096\n");
  const auto adjusted =
      HasSubstr(R"({"changes":[{"module":"statusd","change":"adjusted","keys":["logs.max_bytes"]}]})");
  EXPECT_EQ(ctl({"config", "diff", "--json"}), 0) << said_;
  EXPECT_THAT(said_, adjusted);
  EXPECT_EQ(ctl({"config", "apply", "--json"}), 0) << said_;
  EXPECT_THAT(said_, adjusted);
  // Each turn costs its log some hundred bytes.
  for (int turn = 0; turn < 40 && !std::filesystem::exists(node_.path("logs/statusd.log.1")); ++turn) {
    configure("[logs]\nmax_bytes = 4096\n[a]\nturn = " + std::to_string(turn) + "\n");
    hang_up();
    ASSERT_TRUE(node_.wait_for("a: starting → ready"));
  }
  EXPECT_LE(std::filesystem::file_size(node_.path("logs/statusd.log.1")), 4'096U);
}

TEST_F(ConfigurationTest, AMistakeChangesNothingAndNamesItsPlace) {
  node_.add_fake_module("a");
  node_.start();
  ASSERT_TRUE(up(3)) << node_.statusd().output();
  configure("[logs]\nlevel = \"info\"\nmax_byts = 5000\n");
  EXPECT_EQ(ctl({"config", "check"}), 1);
  EXPECT_THAT(said_, HasSubstr("node.toml:3: `logs.max_byts` is not a key; did you mean `logs.max_bytes`?"));
  EXPECT_EQ(ctl({"config", "apply"}), 1);
  EXPECT_THAT(said_, HasSubstr("node.toml:3"));
  hang_up();
  ASSERT_TRUE(node_.wait_for("the configuration stays as it was"));
  EXPECT_THAT(node_.statusd().output(), Not(HasSubstr("draining")));
}

TEST_F(ConfigurationTest, AFileIsCheckedWithoutANode) {
  node_.add_fake_module("a");
  write_file(node_.path("other.toml"), "[metrics]\nlisten = \"127.0.0.1:1\"\n[b]\n");
  EXPECT_EQ(ctl({"config", "check", node_.path("other.toml")}), 1);
  EXPECT_THAT(said_, HasSubstr("other.toml:3: `b` is not a key"));
  write_file(node_.path("other.toml"), "[metrics]\nlisten = \"127.0.0.1:1\"\n");
  EXPECT_EQ(ctl({"config", "check", node_.path("other.toml"), "--json"}), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("\"valid\":true"));
}

TEST_F(ConfigurationTest, AModuleThatIsDroppedInIsPickedUpBySighupAndOneThatIsTakenAwayStops) {
  node_.add_fake_module("a");
  node_.start();
  ASSERT_TRUE(node_.wait_for("a: starting → ready"));
  node_.add_fake_module("b", {.requires_ = {"a"}});
  hang_up();
  ASSERT_TRUE(node_.wait_for("b: starting → ready")) << node_.statusd().output();
  std::filesystem::remove_all(node_.path("modules.d/b"));
  hang_up();
  ASSERT_TRUE(node_.wait_for("b: draining → stopped"));
  EXPECT_THAT(node_.statusd().output(), Not(HasSubstr("a: ready →")));
  node_.add_fake_module("b", {.settings = "again = 1"});
  hang_up();
  ASSERT_TRUE(node_.wait_for("b: starting → ready")) << "it may come back";
  EXPECT_EQ(node_.stop(), 0);
}

// What a third-party module may call is the operator's word, not its manifest's.
TEST_F(ConfigurationTest, AGrantOpensAnEdgeAndARevocationClosesIt) {
  node_.add_fake_module("b", {.requires_ = {"keys"}});
  node_.start();
  ASSERT_TRUE(up(3)) << node_.statusd().output();
  const auto edges = [&] {
    const auto report = parse_json(read_file(node_.path("profiles/default/b/report.json")));
    const auto message = ipc::control::decode_to_module(report ? report->string_or("line", "") : "");
    return message ? std::get<ipc::control::Bootstrap>(*message).edges.to.size() : 99;
  };
  EXPECT_EQ(edges(), 0u);
  EXPECT_EQ(ctl({"status", "--json"}), 0);
  EXPECT_THAT(said_, HasSubstr("\"ungranted\":[\"keys\"]"));
  EXPECT_EQ(ctl({"grant", "b", "kees"}), 1);
  EXPECT_THAT(said_, HasSubstr("b does not ask for kees"));
  EXPECT_EQ(ctl({"grant", "b", "keys", "keys.database"}), 0) << said_;
  ASSERT_TRUE(node_.wait_for("b: ready → draining"));
  ASSERT_TRUE(node_.wait_for("b: starting → ready"));
  EXPECT_EQ(edges(), 1u);
  EXPECT_EQ(ctl({"revoke", "b", "keys"}), 0) << said_;
  ASSERT_TRUE(node_.wait_for("b: starting → ready"));
  EXPECT_EQ(edges(), 0u);
}

}  // namespace
}  // namespace status::test
