// statusctl against a real node: what it prints and the code it ends with (WIRE.md section 7).
#include "tests/support/statusctl.h"

#include <gmock/gmock.h>

#include <csignal>
#include <sstream>

#include "ipc/base/codec.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

class Statusctl : public testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(node_.start()); }

  static Outcome run_at(const std::string& data_dir, std::vector<std::string> words) {
    words.insert(words.begin(), {"--data-dir", data_dir});
    return statusctl(std::move(words));
  }
  Outcome run(std::vector<std::string> words) const { return run_at(node_.data_dir(), std::move(words)); }

  ProcessNode node_{{.settings = without_backoff(), .arguments = {}}};
};

std::vector<Value> lines_of(const std::string& text) {
  std::vector<Value> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(parse_json(line).value_or(Value()));
  return out;
}

TEST_F(Statusctl, StatusIsARowForEveryModuleAndTheGateway) {
  const Outcome status = run({"status", "--json"});
  EXPECT_EQ(status.code, 0);
  const Value document = status.json();
  ASSERT_NE(document.find("modules"), nullptr) << status.output;
  std::vector<std::string> names;
  for (const Value& row : *document.find("modules")->as_array()) {
    names.push_back(row.string_or("name", ""));
    for (const char* key : {"name", "state", "locked", "generation", "pid", "uptime_seconds", "restarts", "rss_bytes",
                            "owner", "backend", "interface", "last_exit"}) {
      EXPECT_NE(row.find(key), nullptr) << names.back() << " has no " << key;
    }
    EXPECT_EQ(row.string_or("state", ""), "ready") << names.back();
    EXPECT_FALSE(row.bool_or("locked", true)) << names.back();
    EXPECT_GT(row.int_or("pid", 0), 0) << names.back();
    EXPECT_GE(row.int_or("uptime_seconds", -1), 0) << names.back();
    EXPECT_NE(row.string_or("owner", ""), "") << names.back();
    EXPECT_EQ(row.string_or("interface", ""), "1.0") << names.back();
    EXPECT_TRUE(row.find("last_exit")->is_null()) << names.back();
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("chat", "gateway", "keys", "storage", "waku"));
}

TEST_F(Statusctl, CallPrintsTheResultAsJson) {
  const Outcome identity = run({"call", "chat.identity"});
  EXPECT_EQ(identity.code, 0) << identity.output;
  EXPECT_THAT(identity.json().string_or("identity", ""), testing::MatchesRegex("0x[0-9a-f]{64}"));

  const Outcome empty = run({"call", "chat.list_conversations", R"({"limit": 5})"});
  EXPECT_EQ(empty.code, 0) << empty.output;
  ASSERT_NE(empty.json().find("conversations"), nullptr) << empty.output;

  write_file(node_.data_dir() + "/params.json", R"({"name": "waku"})");
  const Outcome from_file = run({"call", "supervisor.module", "@" + node_.data_dir() + "/params.json"});
  EXPECT_EQ(from_file.code, 0) << from_file.output;
  EXPECT_EQ(from_file.json().string_or("name", ""), "waku");
}

TEST_F(Statusctl, ExitCodesSayWhatWentWrong) {
  const Outcome failed = run({"call", "chat.send_message", R"({"conversation": "nobody", "content": "hello"})"});
  EXPECT_EQ(failed.code, 1) << failed.output;
  EXPECT_EQ(failed.output, "");
  EXPECT_EQ(failed.error().string_or("code", ""), "NOT_FOUND") << failed.errors;
  EXPECT_EQ(failed.error().string_or("reason", ""), "chat.unknown_conversation");
  EXPECT_EQ(failed.error().string_or("module", ""), "chat");

  EXPECT_EQ(run({"sing"}).code, 2);
  EXPECT_EQ(run({"call", "chat.identity", "{not json"}).code, 2);

  const TempDir nowhere;
  EXPECT_EQ(run_at(nowhere.path(), {"status"}).code, 3);

  // A reader without the token of this run.
  const std::string token = node_.data_dir() + "/run/token";
  const std::string real = read_file(token);
  write_file(token, std::string(32, '0'));
  EXPECT_EQ(run({"status"}).code, 4);
  write_file(token, real);

  ASSERT_OK(node_.signal("chat", SIGSTOP));
  const auto asked = std::chrono::steady_clock::now();
  const Outcome late = run({"call", "chat.identity", "--deadline", "300"});
  EXPECT_EQ(late.code, 5) << late.errors;
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::milliseconds(2'500));
  ASSERT_OK(node_.signal("chat", SIGCONT));
}

TEST_F(Statusctl, WhyTellsOfTheLastDeath) {
  const auto before = node_.row("chat");
  ASSERT_OK(before);
  EXPECT_EQ(run({"kill", "chat"}).code, 0);
  ASSERT_OK(node_.await_ready("chat", before->generation));
  const std::string record = node_.data_dir() + "/crash/chat/" + std::to_string(before->generation) + ".json";
  ASSERT_TRUE(wait_for_file(record, kPatience));
  const Outcome why = run({"why", "chat"});
  EXPECT_EQ(why.code, 0) << why.output;
  const Value told = why.json();
  ASSERT_NE(told.find("last_crash"), nullptr) << why.output;
  const Value& crash = *told.find("last_crash");
  EXPECT_EQ(crash.uint_or("generation", 0), before->generation);
  EXPECT_THAT(crash.string_or("cause", ""), testing::HasSubstr("SIGKILL"));
  ASSERT_NE(crash.find("log"), nullptr);
  EXPECT_FALSE(crash.find("log")->as_array()->empty());
  ASSERT_NE(told.find("transitions"), nullptr);
  const Value::Array& transitions = *told.find("transitions")->as_array();
  ASSERT_FALSE(transitions.empty());
  EXPECT_EQ(transitions.back().string_or("to", ""), "ready");
  EXPECT_EQ(run({"why", "nobody"}).code, 1);
}

TEST_F(Statusctl, StopsAndStartsModules) {
  EXPECT_EQ(run({"stop", "chat"}).code, 0);
  ASSERT_TRUE(node_.events().wait_for(EventLog::state("chat", "stopped"), kPatience));
  const Outcome refused = run({"call", "chat.identity"});
  EXPECT_EQ(refused.code, 1) << refused.output;
  EXPECT_EQ(refused.error().string_or("code", ""), "UNAVAILABLE") << refused.errors;
  EXPECT_EQ(run({"start", "chat"}).code, 0);
  ASSERT_OK(node_.await_ready("chat", 1));
  EXPECT_EQ(run({"restart", "waku"}).code, 0);
  ASSERT_OK(node_.await_ready("waku", 1));
  EXPECT_EQ(run({"stop", "nobody"}).code, 1);
}

TEST_F(Statusctl, LogsAreJsonLinesOfTheModule) {
  const Outcome logs = run({"logs", "waku"});
  EXPECT_EQ(logs.code, 0);
  const auto lines = lines_of(logs.output);
  ASSERT_FALSE(lines.empty());
  for (const Value& line : lines) {
    EXPECT_EQ(line.string_or("module", ""), "waku");
    EXPECT_EQ(line.uint_or("generation", 0), 1u);
    EXPECT_GT(line.int_or("time_ms", 0), 0);
    EXPECT_NE(line.string_or("level", ""), "");
  }
  EXPECT_EQ(run({"logs", "nobody"}).code, 1);
}

TEST_F(Statusctl, LogsOfTheIncarnationBeforeThisOne) {
  EXPECT_EQ(run({"logs", "chat", "--previous"}).code, 1) << "there is none yet";
  const auto before = node_.kill("chat");
  ASSERT_OK(before);
  ASSERT_OK(node_.await_ready("chat", before->generation));
  const Outcome previous = run({"logs", "chat", "--previous"});
  EXPECT_EQ(previous.code, 0) << previous.errors;
  EXPECT_THAT(previous.output, testing::HasSubstr("started: pid " + std::to_string(before->pid) + "\""));
  for (const Value& line : lines_of(previous.output)) EXPECT_EQ(line.uint_or("generation", 0), before->generation);
  const auto now = lines_of(run({"logs", "chat", "--since", "10m", "--grep", "^info  chat  ready"}).output);
  ASSERT_EQ(now.size(), 2U);
  EXPECT_EQ(now.back().uint_or("generation", 0), before->generation + 1);
}

TEST_F(Statusctl, ReportIsANewFileForItsOwnerAlone) {
  const std::string file = node_.data_dir() + "/report.json";
  ASSERT_EQ(run({"report", "--output", file}).code, 0);
  const Value report = parse_json(read_file(file)).value_or(Value());
  for (const char* key :
       {"programs", "host", "node", "configuration", "manifests", "transitions", "crash_records", "logs", "metrics"}) {
    ASSERT_NE(report.find(key), nullptr) << key;
  }
  EXPECT_EQ(report.find("node")->find("modules")->find("modules")->as_array()->size(), 5U);
  EXPECT_EQ(report.find("configuration")->find("effective")->find("restart")->int_or("budget", -1), 0)
      << "what the command line says is in it";
  EXPECT_EQ(report.find("manifests")->find("waku")->string_or("backend", ""), "mesh");
  EXPECT_FALSE(report.find("transitions")->find("chat")->as_array()->empty());
  EXPECT_FALSE(report.find("logs")->find("chat")->as_array()->empty());
  const Outcome again = run({"report", "--output", file});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.errors, testing::HasSubstr("cli.file_exists"));
  EXPECT_EQ(run({"report", "--output", "-"}).json().int_or("report_version", 0), 1);
  EXPECT_EQ(run_at(node_.data_dir() + "/nowhere", {"report", "--output", "-"}).code, 3);
}

TEST_F(Statusctl, EventsFollowOneLineEach) {
  ChildProcess follower({binary("statusctl"), "--data-dir", node_.data_dir(), "events", "--follow"});
  ASSERT_TRUE(follower.wait_for_line("\"supervisor.module_state\"", kPatience));
  ASSERT_OK(node_.kill("chat"));
  const auto line = follower.wait_for_line("\"to\":\"backoff\"", kPatience);
  ASSERT_TRUE(line);
  const Value event = parse_json(*line).value_or(Value());
  EXPECT_EQ(event.string_or("topic", ""), "supervisor.module_state") << *line;
  EXPECT_EQ(event.find("data")->string_or("module", ""), "chat");
  follower.signal(SIGINT);
  EXPECT_TRUE(follower.wait(kPatience));
}

TEST_F(Statusctl, FollowingEventsGoesOnOverTheDeathOfTheGateway) {
  ChildProcess follower({binary("statusctl"), "--data-dir", node_.data_dir(), "events", "--follow"}, {},
                        ChildProcess::Errors::apart);
  ASSERT_TRUE(follower.wait_for_line("\"supervisor.module_state\"", kPatience));
  for (int round = 0; round < 3; ++round) {
    const auto gateway = node_.kill("gateway");
    ASSERT_OK(gateway);
    ASSERT_OK(node_.await_ready("gateway", gateway->generation));
    const auto chat = node_.kill("chat");
    ASSERT_OK(chat);
    ASSERT_OK(node_.await_ready("chat", chat->generation));
    const std::string ready = "\"generation\":" + std::to_string(chat->generation + 1) +
                              ",\"data\":{\"module\":\"chat\",\"from\":\"starting\",\"to\":\"ready\"";
    ASSERT_TRUE(follower.wait_for_line(ready, kPatience)) << follower.output() << follower.errors();
  }
  std::uint64_t last = 0;
  for (const Value& line : lines_of(follower.output())) {
    if (line.is_null()) continue;  // the one that is being written
    EXPECT_EQ(line.uint_or("seq", 0), last == 0 ? line.uint_or("seq", 0) : last + 1);
    last = line.uint_or("seq", 0);
  }
  ASSERT_OK(node_.stop());
  EXPECT_EQ(follower.wait(kPatience), 3) << "and ends when no gateway comes back";
}

TEST_F(Statusctl, DescribesAMethod) {
  const Outcome all = run({"describe"});
  EXPECT_EQ(all.code, 0) << all.output;
  const Outcome method = run({"describe", "chat.send_message"});
  EXPECT_EQ(method.code, 0);
  EXPECT_THAT(method.output, testing::HasSubstr("4096"));
  EXPECT_EQ(run({"describe", "chat.sing"}).code, 1);
  const Outcome completion = run({"completion"});
  EXPECT_EQ(completion.code, 0);
  EXPECT_THAT(completion.output, testing::HasSubstr("complete -F"));
}

}  // namespace
}  // namespace status::test
