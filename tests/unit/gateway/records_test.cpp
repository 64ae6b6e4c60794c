// What the gateway shows of the files that statusd writes about modules.
#include <gmock/gmock.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kToken = "00112233445566778899aabbccddeeff";

class Records : public GatewayTest {
 protected:
  void start_with_files() {
    GatewayConfig with = config();
    with.folders = {.data_dir = files_ / "data", .run_dir = files_ / "run"};
    test::write_file(with.folders.run_dir + "/token", std::string(kToken) + "\n");
    start(with);
    tell(row("chat", "ready"));
  }
  static Value named(const char* module) { return Value::map({{"module", module}}); }

  test::TempDir files_;
};

TEST_F(Records, TheEndOfALogWithoutWhatIsNobodyElsesBusiness) {
  test::write_file(files_ / "data/logs/chat.log.1", "{\"message\":\"the oldest\"}\n{\"message\":\"older\"}\n");
  test::write_file(files_ / "data/logs/chat.log", "{\"message\":\"peer at 203.0.113.9 has " + std::string(kToken) +
                                                      "\",\"n\":3}\nno JSON " + (files_ / "data") + "/x\n");
  start_with_files();
  const auto reply = call("supervisor.log_tail", Value::map({{"module", "chat"}, {"lines", 3}}));
  ASSERT_TRUE(reply) << reply.error().describe();
  EXPECT_EQ(
      *reply->find("lines"),
      Value::array({Value::map({{"message", "older"}}),
                    Value::map({{"message", "peer at [address 1] has [secret]"}, {"n", 3}}), "no JSON <data-dir>/x"}));
}

TEST_F(Records, TheNewestDeathsFirst) {
  for (const char* generation : {"2", "9", "10"}) {
    test::write_file(files_ / ("data/crash/chat/" + std::string(generation) + ".json"),
                     "{\"generation\":" + std::string(generation) + ",\"cause\":\"signal 9 (SIGKILL)\"}");
  }
  start_with_files();
  const auto reply = call("supervisor.crashes", Value::map({{"module", "chat"}, {"count", 2}}));
  ASSERT_TRUE(reply) << reply.error().describe();
  const Value::Array& records = *reply->find("records")->as_array();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].uint_or("generation", 0), 10U);
  EXPECT_EQ(records[1].uint_or("generation", 0), 9U);
}

TEST_F(Records, OfModulesAlone) {
  test::write_file(files_ / "data/logs/chat.log", "");
  start_with_files();
  for (const char* name : {"../data/logs/chat", "nobody", "statusd"}) {
    EXPECT_EQ(call("supervisor.log_tail", named(name)).error().reason, "supervisor.unknown_module") << name;
    EXPECT_EQ(call("supervisor.crashes", named(name)).error().reason, "supervisor.unknown_module") << name;
  }
  EXPECT_TRUE(call("supervisor.crashes", named("chat"))->find("records")->as_array()->empty());
}

TEST_F(Records, AGatewayWithoutFilesSaysSo) {
  start();
  tell(row("chat", "ready"));
  EXPECT_EQ(call("supervisor.log_tail", named("chat")).error().reason, "supervisor.no_records");
}

TEST_F(Records, SettingsAreWhatTheSupervisorSays) {
  start();
  tell(row("chat", "ready"));
  const Value shown = Value::map({{"backend", "mesh"}});
  supervisor_.answer_with_data(Value::map({{"configuration", shown}}));
  EXPECT_EQ(*call("supervisor.settings", named("chat"))->find("configuration"), shown);
  EXPECT_EQ(call("supervisor.settings", named("nobody")).error().reason, "supervisor.unknown_module");
  EXPECT_THAT(supervisor_.commands(), ::testing::ElementsAre("settings chat"));
}

}  // namespace
}  // namespace status::gateway
