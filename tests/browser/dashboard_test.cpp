// The dashboard in a browser, on real nodes: what an operator sees and can do. The scripts beside this file drive
// Chromium and say what they have seen; what happens to the node happens here.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/integration/blame/traffic.h"
#include "tests/support/process_node.h"
#include "tests/support/statusctl.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

// A browser that starts beside two nodes on a busy machine.
constexpr std::chrono::milliseconds kBrowserPatience{60'000};

class Dashboard : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::exists(STATUS_BROWSER_MODULES "/node_modules/playwright-core"))
        << "tests/run --browser prepares what this test needs";
    const Status started = node_.start();
    ASSERT_TRUE(started) << started.error().describe();
    const Result<Value> hello = node_.front().call("supervisor.hello");
    ASSERT_TRUE(hello) << hello.error().describe();
    const std::string metrics = hello->string_or("metrics_url", "");
    url_ = metrics.substr(0, metrics.rfind('/') + 1);
  }

  // `words`: what the script wants to know.
  std::unique_ptr<ChildProcess> browse(const std::string& script, std::vector<std::string> words = {}) const {
    words.insert(words.begin(), {"/usr/bin/env", "node", STATUS_BROWSER_SCRIPTS "/" + script, url_});
    return std::make_unique<ChildProcess>(
        words, std::vector<std::string>{"STATUS_BROWSER_MODULES=" STATUS_BROWSER_MODULES,
                                        "STATUS_BROWSER_SHOTS=" STATUS_BROWSER_MODULES "/shots",
                                        "STATUS_CHROMIUM=/usr/bin/chromium",
                                        "STATUS_PATIENCE_MS=" + std::to_string(kBrowserPatience.count() * 2 / 3)});
  }
  static testing::AssertionResult sees(ChildProcess& browser, const std::string& what) {
    if (browser.wait_for_line("saw: " + what, kBrowserPatience)) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "the browser has not seen: " << what << "\n" << browser.read_all();
  }
  static void ends_well(ChildProcess& browser) {
    EXPECT_TRUE(sees(browser, "the end"));
    EXPECT_EQ(browser.wait(kBrowserPatience), 0) << browser.read_all();
  }
  Outcome ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--data-dir", node_.data_dir()});
    return statusctl(std::move(words));
  }

  // The second of two deaths in a row is followed by a pause that a person, and a browser, can see.
  ProcessNode node_{{.settings = {"restart.backoff_ms=3000"}, .arguments = {"--allow-faults"}}};
  std::string url_;
};

TEST_F(Dashboard, NamesASlowModuleAndShowsADeathAndARecovery) {
  ProcessNode peer;
  ASSERT_TRUE(peer.start());
  ASSERT_TRUE(link(node_, peer));
  const Result<Conversation> talk = converse(node_, peer);
  ASSERT_TRUE(talk) << talk.error().describe();
  const Value message = Value::map({{"conversation", talk->id}, {"content", "hello"}});
  const Result<Value> sent = node_.front().call("chat.send_message", message);
  ASSERT_TRUE(sent) << sent.error().describe();
  const Value* id = sent->find("message_id");
  ASSERT_TRUE(id != nullptr && id->as_bytes() != nullptr);
  const Traffic traffic(
      node_,
      Traffic::each({{"chat.send_message", message}, {"chat.list_conversations"}, {"waku.info"}, {"keys.status"}}),
      20ms);
  const auto browser = browse("watching.mjs", {to_hex(*id->as_bytes())});
  ASSERT_TRUE(sees(*browser, "all ready"));

  const Outcome added = ctl({"fault", "add", "chat.send_message", "--stage", "backend", "--delay", "200ms"});
  ASSERT_EQ(added.code, 0) << added.errors;
  ASSERT_TRUE(sees(*browser, "chat is slow"));
  ASSERT_TRUE(sees(*browser, "a trace and a message"));
  ASSERT_EQ(ctl({"fault", "clear"}).code, 0);

  const Result<Row> first = node_.kill("chat");
  ASSERT_TRUE(first) << first.error().describe();
  ASSERT_TRUE(node_.await_ready("chat", first->generation));
  ASSERT_TRUE(node_.kill("chat"));
  ASSERT_TRUE(sees(*browser, "chat is down"));
  ASSERT_TRUE(sees(*browser, "chat is back"));
  ends_well(*browser);
}

TEST_F(Dashboard, ActsByKeyboardForATokenAlone) {
  const Result<Row> before = node_.row("keys");
  ASSERT_TRUE(before);
  const auto browser = browse("acting.mjs", {to_hex(node_.token())});
  ASSERT_TRUE(sees(*browser, "refused without a token"));
  ASSERT_TRUE(sees(*browser, "refused with a wrong token"));
  EXPECT_EQ(node_.row("keys")->generation, before->generation);
  ASSERT_TRUE(sees(*browser, "restarted"));
  EXPECT_GT(node_.row("keys")->generation, before->generation);
  ends_well(*browser);
}

TEST_F(Dashboard, SaysThatTheConnectionIsLostAndGoesOn) {
  const auto browser = browse("losing.mjs");
  ASSERT_TRUE(sees(*browser, "connected"));
  ASSERT_TRUE(node_.stop());
  ASSERT_TRUE(sees(*browser, "lost"));
  const Status again = node_.start();
  ASSERT_TRUE(again) << again.error().describe();
  ends_well(*browser);
}

}  // namespace
}  // namespace status::test
