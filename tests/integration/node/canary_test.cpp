// What a node knows and must not tell: looked for in everything that it leaves where somebody else may see it.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "ipc/base/codec.h"
#include "tests/integration/node/placement.h"
#include "tests/support/canaries.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kContent = "canary content 7Fq2 nobody else reads this";
constexpr const char* kNickname = "canary nickname 3Xw9";

std::vector<pid_t> children_of(pid_t parent) {
  std::ifstream file("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
  std::vector<pid_t> out;
  for (pid_t pid = 0; file >> pid;) out.push_back(pid);
  return out;
}

class Canary : public testing::Test {
 protected:
  void SetUp() override {
    // Had statusd not forbidden it, a module that dies would leave a core file.
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    core.rlim_cur = core.rlim_max;
    ::setrlimit(RLIMIT_CORE, &core);
    a_.statusd().add_fake_module("spy", {.requires_ = {"keys"}});
    write_file(a_.data_dir() + "/grants.toml", "[spy]\nkeys = [\"*\"]\n");
    ASSERT_OK(a_.start());
    ASSERT_OK(b_.start());
    ASSERT_OK(link(a_, b_));
    const auto talk = converse(a_, b_);
    ASSERT_OK(talk);
    talk_ = *talk;
    for (int i = 0; i < 5; ++i) ASSERT_OK(say(a_, talk_, kContent, "there " + std::to_string(i)));
    ASSERT_TRUE(await_heard(b_, 5));
    ASSERT_OK(say(b_, talk_, kContent, "back"));
    ASSERT_TRUE(await_heard(a_, 1));
    ASSERT_OK(a_.front().call("chat.set_conversation_nickname",
                              Value::map({{"conversation", talk_.id}, {"nickname", kNickname}})));
    add_conversation();
  }

  // Contents, contacts and topics.
  void add_conversation() {
    canaries_.add("content", kContent);
    canaries_.add("nickname", kNickname);
    EXPECT_THAT(canaries_.found_in(heard(b_).at(0)), Not(IsEmpty())) << "this test can see";
    for (ProcessNode* node : {&a_, &b_}) {
      const auto identity = node->front().call("chat.identity");
      ASSERT_OK(identity);
      const Value* id = identity->find("identity");
      ASSERT_TRUE(id != nullptr && id->as_bytes() != nullptr);
      canaries_.add("identity", as_text(*id->as_bytes()));
      const auto introduction = node->front().call("chat.create_introduction");
      ASSERT_OK(introduction);
      const std::string text = introduction->string_or("introduction", "");
      canaries_.add("introduction", text.substr(text.rfind(':') + 1));
    }
    canaries_.add("conversation", talk_.id);
    const auto stored = a_.front().call("waku.store_query", Value(Value::Map{}));
    ASSERT_OK(stored);
    const Value::Array& messages = *stored->find("messages")->as_array();
    ASSERT_FALSE(messages.empty());
    for (const Value& message : messages) canaries_.add("topic", message.string_or("content_topic", ""));
  }

  // What only this node may have.
  void add_secrets() {
    canaries_.add("node key", read_file(a_.data_dir() + "/node.key"));
    canaries_.add("mesh key", read_file(a_.data_dir() + "/profiles/default/waku/mesh_key.pem"));
    canaries_.add_hex("token", read_file(a_.data_dir() + "/run/token"));
    const auto given = a_.front().call("supervisor.create_token",
                                       Value::map({{"name", "canary"}, {"methods", Value::array({"chat.*"})}}));
    ASSERT_OK(given);
    canaries_.add_hex("named token", given->string_or("token", ""));
    canaries_.add("remote key", read_file(a_.data_dir() + "/profiles/default/gateway/remote_key.pem"));
    const auto remote = a_.front().call("supervisor.create_token", Value::map({{"name", "remote-canary"},
                                                                               {"methods", Value::array({"chat.*"})},
                                                                               {"client", std::string(64, 'a')}}));
    ASSERT_OK(remote);
    canaries_.add_hex("remote token", remote->string_or("token", ""));
    const auto spied = parse_json(read_file(a_.data_dir() + "/profiles/default/spy/report.json"));
    ASSERT_OK(spied);
    const auto bootstrap = parse_json(spied->string_or("line", ""));
    ASSERT_OK(bootstrap);
    const Value* to = bootstrap->find("edges")->find("to");
    ASSERT_NE(to->find("keys"), nullptr) << "the spy has a credential";
    canaries_.add_hex("credential", to->find("keys")->string_or("credential", ""));
    EXPECT_THAT(canaries_.found_in(read_file(a_.data_dir() + "/run/token")), Not(IsEmpty())) << "this test can see";
  }

  // Calls that fail with something private in them: errors are what programs like to log.
  void make_mistakes() {
    const auto refused = [&](const char* method, const Value& params) {
      EXPECT_FALSE(a_.front().call(method, params)) << method;
    };
    refused("chat.send_message", Value::map({{"conversation", std::string(talk_.id) + "x"}, {"content", kContent}}));
    refused("chat.send_message", Value::map({{"conversation", talk_.id}, {"content", kContent}, {"canary", kContent}}));
    refused("chat.create_conversation", Value::map({{"introduction", kContent}}));
    refused("waku.send", Value::map({{"content_topic", kContent}, {"payload", to_bytes(as_bytes(kContent))}}));
    refused("keys.database", Value(Value::Map{}));
  }

  void kill_everything() {
    const std::vector<std::pair<std::string, int>> deaths = {{"chat", SIGKILL}, {"waku", SIGSEGV},
                                                             {"keys", SIGKILL}, {"chat", SIGABRT},
                                                             {"spy", SIGQUIT},  {"gateway", SIGQUIT}};
    for (const auto& [module, number] : deaths) {
      const auto row = a_.row(module);
      ASSERT_OK(row);
      const ProcessHandle process(static_cast<pid_t>(row->pid));
      process.signal(number);
      ASSERT_TRUE(process.wait_gone(kPatience)) << module;
      ASSERT_OK(a_.await_ready(module, row->generation));
      const std::string record = a_.data_dir() + "/crash/" + module + "/" + std::to_string(row->generation) + ".json";
      ASSERT_TRUE(wait_for_file(record, kPatience)) << record;
    }
  }

  std::string report_of_a() {
    const std::string file = scratch_ / ("report" + std::to_string(++reports_) + ".json");
    ChildProcess program({binary("statusctl"), "--data-dir", a_.data_dir(), "report", "--output", file});
    EXPECT_EQ(program.wait(kPatience), 0) << program.read_all();
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    return read_file(file);
  }

  // What the dashboard shows to whoever reaches its address.
  std::string dashboard_of_a() {
    const std::uint16_t port = metrics_port(a_);
    std::string all;
    const auto show = [&](const std::string& method, const std::string& params = "{}") {
      const std::string reply = fetch(port, "/api/supervisor." + method + "?q=" + params);
      EXPECT_THAT(reply, testing::StartsWith("HTTP/1.0 200")) << method << params;
      all += reply;
    };
    for (const char* method : {"hello", "modules", "describe", "blame", "top", "custody", "faults"}) show(method);
    for (const char* resource : {"cpu", "memory", "network", "disk"}) {
      show("blame_resource", "{\"resource\":\"" + std::string(resource) + "\"}");
    }
    for (const char* module : {"gateway", "keys", "storage", "waku", "chat", "spy"}) {
      const std::string of = "\"module\":\"" + std::string(module) + "\"";
      show("log_tail", "{" + of + ",\"lines\":500}");
      show("crashes", "{" + of + ",\"count\":20}");
      show("settings", "{" + of + "}");
      show("flight", "{" + of + ",\"limit\":500}");
    }
    return all;
  }

  void expect_clean(const std::string& what, std::string_view text) const {
    EXPECT_THAT(canaries_.found_in(text), IsEmpty()) << what;
  }
  void expect_clean_logs() const {
    for (const ProcessNode* node : {&a_, &b_}) {
      std::size_t files = 0;
      for (const auto& log : fs::directory_iterator(node->data_dir() + "/logs")) {
        expect_clean(log.path(), read_file(log.path()));
        ++files;
      }
      EXPECT_GE(files, 5U);
    }
  }
  // Of all files, but those that are there to hold a secret.
  void expect_clean_files() const {
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(a_.data_dir())) {
      const std::string name = entry.path().lexically_relative(a_.data_dir());
      if (!entry.is_regular_file() || name == "node.key" || name == "run/token") continue;
      if (name == "profiles/default/gateway/remote_key.pem" || name == "profiles/default/waku/mesh_key.pem") continue;
      if (name.starts_with("profiles/default/spy/")) continue;
      EXPECT_FALSE(entry.path().filename().string().starts_with("core")) << name;
      expect_clean(name, read_file(entry.path()));
      ++files;
    }
    EXPECT_GE(files, 20U);
  }
  void expect_clean_processes() {
    const pid_t statusd = a_.statusd().statusd().pid();
    std::vector<pid_t> all = children_of(statusd);
    EXPECT_EQ(all.size(), 6U);
    all.push_back(statusd);
    std::size_t environments = 0;
    for (const pid_t pid : all) {
      const std::string folder = "/proc/" + std::to_string(pid);
      const std::string arguments = read_file(folder + "/cmdline");
      EXPECT_NE(arguments, "");
      expect_clean(folder + "/cmdline", arguments);
      // Of a module with keys it is nobody's to read at all.
      const std::string environment = read_file(folder + "/environ");
      if (!environment.empty()) ++environments;
      expect_clean(folder + "/environ", environment);
      EXPECT_THAT(read_file(folder + "/limits"), testing::ContainsRegex("Max core file size +0 +0 ")) << folder;
    }
    EXPECT_GE(environments, 2U) << "of statusd and the gateway";
  }

  ProcessNode a_{{.settings = without_backoff({"remote.listen=\"tls+tcp://127.0.0.1:0\""}), .arguments = {}}};
  ProcessNode b_;
  Conversation talk_;
  Canaries canaries_;
  TempDir scratch_;
  int reports_ = 0;
};

TEST_F(Canary, LogsAtInfoNameNoContentNoContactAndNoTopic) {
  make_mistakes();
  kill_everything();
  EXPECT_OK(a_.stop());
  EXPECT_OK(b_.stop());
  expect_clean_logs();
}

TEST_F(Canary, NoSecretIsInArgumentsEnvironmentsLogsRecordsMetricsReportsOrTheDashboard) {
  add_secrets();
  make_mistakes();
  kill_everything();
  expect_clean_processes();
  const std::string page = scrape(a_);
  EXPECT_THAT(page, testing::HasSubstr("status_module_up"));
  expect_clean("metrics", page);
  const std::string dashboard = dashboard_of_a();
  EXPECT_THAT(dashboard, testing::HasSubstr("SIGQUIT")) << "the deaths are in it";
  EXPECT_THAT(dashboard, testing::HasSubstr("\"level\":\"info\"")) << "and the logs";
  expect_clean("dashboard", dashboard);
  const std::string online = report_of_a();
  EXPECT_THAT(online, testing::HasSubstr("\"SIGQUIT\"")) << "the deaths are in it";
  expect_clean("report of a running node", online);
  EXPECT_OK(a_.stop());
  const std::string offline = report_of_a();
  EXPECT_THAT(offline, testing::HasSubstr("\"SIGQUIT\""));
  expect_clean("report of a stopped node", offline);
  expect_clean_files();
}

// In a report, ids and what a module was told are redacted even where a log has them.
TEST_F(Canary, WhatAModuleLogsAgainstTheRulesIsNotInAReport) {
  add_secrets();
  const std::string token = read_file(a_.data_dir() + "/run/token");
  const std::string key = read_file(a_.data_dir() + "/node.key");
  const auto leak = [&](const std::string& text) {
    std::ofstream(a_.data_dir() + "/logs/chat.log", std::ios::app)
        << to_json(Value::map({{"time_ms", 1}, {"module", "chat"}, {"generation", 1}, {"message", text}})) << "\n";
  };
  leak("my token is " + token + ", in capitals and with more around it: x" + token + "y");
  leak("my key is 0x" + to_hex(as_bytes(key)) + " or " + to_base64(as_bytes(key)));
  leak("who: /home/alice/notes and " + a_.data_dir() + "/node.key, from 203.0.113.9:60000");
  Canaries keys;
  keys.add("node key", key);
  keys.add_hex("token", token);
  const std::string report = report_of_a();
  EXPECT_THAT(keys.found_in(report), IsEmpty());
  EXPECT_THAT(report, testing::HasSubstr("my token is [secret], in capitals"));
  EXPECT_THAT(report, testing::ContainsRegex("my key is \\[id [0-9]+\\] or \\[id [0-9]+\\]"));
  EXPECT_THAT(report, testing::ContainsRegex("/home/\\[user\\]/notes and <data-dir>/node.key, from "
                                             "\\[address [0-9]+\\]:60000"));
  EXPECT_THAT(report, Not(testing::HasSubstr(a_.data_dir())));
}

}  // namespace
}  // namespace status::test
