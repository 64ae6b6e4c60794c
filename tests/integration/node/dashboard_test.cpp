// The dashboard's door at a real node: what its sandbox lets the gateway read, and that who watches changes nothing.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "tests/integration/node/placement.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

using testing::HasSubstr;

class NodeDashboard : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(node_.start());
    port_ = metrics_port(node_);
  }
  Value ask(const std::string& method, const std::string& params = "{}") const {
    const std::string reply = fetch(port_, "/api/supervisor." + method + "?q=" + params);
    EXPECT_THAT(reply, testing::StartsWith("HTTP/1.0 200")) << method;
    return parse_json(reply.substr(reply.find("\r\n\r\n") + 4)).value_or(Value());
  }

  ProcessNode node_{{.settings = {"modules=[\"keys\"]", "keys.secret=\"nobody else reads this\""}, .arguments = {}}};
  std::uint16_t port_ = 0;
};

TEST_F(NodeDashboard, ShowsLogDeathsAndSettingsOfAModule) {
  const auto before = node_.kill("keys");
  ASSERT_OK(before);
  ASSERT_OK(node_.await_ready("keys", before->generation));
  const Value crashes = ask("crashes", "{\"module\":\"keys\"}");
  ASSERT_EQ(crashes.find("records")->as_array()->size(), 1U);
  EXPECT_THAT(crashes.find("records")->as_array()->front().string_or("cause", ""), HasSubstr("SIGKILL"));
  EXPECT_THAT(to_json(ask("log_tail", "{\"module\":\"keys\"}")), HasSubstr("\"message\":\"ready\""));
  const Value settings = ask("settings", "{\"module\":\"keys\"}");
  EXPECT_GT(settings.find("configuration")->find("limits")->uint_or("memory_bytes", 0), 0U);
  EXPECT_THAT(to_json(settings), HasSubstr("[22 characters]"));
  EXPECT_THAT(to_json(settings), testing::Not(HasSubstr("nobody else")));
}

// An open dashboard must not be the front end that waits the most.
TEST_F(NodeDashboard, WhoWatchesIsNoFrontEnd) {
  const auto calls = [&] { return ask("blame").uint_or("calls", 0); };
  const std::uint64_t before = calls();
  for (int i = 0; i < 20; ++i) ask("modules");
  EXPECT_EQ(calls(), before);
  ASSERT_OK(node_.front().call("supervisor.modules"));
  EXPECT_GE(calls(), before + 1) << "others are counted";
}

TEST_F(NodeDashboard, IsThereAgainWithTheNextGateway) {
  const auto before = node_.kill("gateway");
  ASSERT_OK(before);
  ASSERT_OK(node_.await_ready("gateway", before->generation));
  EXPECT_EQ(metrics_port(node_), port_);
  EXPECT_EQ(ask("modules").find("modules")->as_array()->size(), 2U);
  EXPECT_THAT(fetch(port_, "/"), HasSubstr("<title>Status node</title>"));
}

}  // namespace
}  // namespace status::test
