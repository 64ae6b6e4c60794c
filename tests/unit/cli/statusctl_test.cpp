// statusctl as a script sees it: exit codes and JSON (WIRE.md section 7). The program is the real one; the node is a
// gateway inside the test.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "ipc/base/codec.h"
#include "supervisor/gateway/tokens.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/terminal.h"
#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using namespace std::chrono_literals;

constexpr const char* kToken = "00112233445566778899aabbccddeeff";
constexpr auto kPatience = 20s;

struct Outcome {
  int code = -1;
  std::string output;
  std::string errors = {};
  Value json() const { return parse_json(output).value_or(Value()); }
  Value error() const { return parse_json(errors).value_or(Value()); }
};

class Statusctl : public GatewayTest {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(run_dir());
    write_token(kToken);
  }

  std::string data_dir() const { return std::filesystem::path(dir_.socket()).parent_path(); }
  std::string run_dir() const { return data_dir() + "/run"; }
  void write_token(const std::string& token) {
    test::write_file(run_dir() + "/token", token);
    std::filesystem::permissions(run_dir() + "/token",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void start_node() {
    GatewayConfig guarded = config();
    guarded.url = "ipc://" + run_dir() + "/supervisor.sock";
    guarded.access = *local_access(run_dir() + "/token");
    start(guarded);
  }

  std::unique_ptr<test::ChildProcess> begin(std::vector<std::string> words) const {
    words.insert(words.begin(), STATUSCTL);
    return std::make_unique<test::ChildProcess>(words, std::vector<std::string>{"STATUS_DATA_DIR=" + data_dir()},
                                                test::ChildProcess::Errors::apart);
  }
  static Outcome end(test::ChildProcess& process) {
    const std::optional<int> code = process.wait(kPatience);
    return {code.value_or(-1), process.read_all(), process.errors()};
  }
  Outcome run(const std::vector<std::string>& words) const { return end(*begin(words)); }
  // As a person sees it. script(1) would do, but is not everywhere.
  Outcome on_terminal(std::vector<std::string> words) const {
    words.insert(words.begin(), {STATUSCTL, "--data-dir", data_dir()});
    test::Terminal terminal(words);
    const std::optional<int> code = terminal.wait(kPatience);
    return {code.value_or(-1), terminal.output()};
  }
};

TEST_F(Statusctl, ZeroAndTheRowsOfAllModules) {
  start_node();
  Row chat = row("chat", "ready", 3);
  chat.restarts = 2;
  chat.last_exit = ipc::control::LastExit{.generation = 2, .cause = "signal 9 (SIGKILL)", .time_ms = 5, .uptime_ms = 6};
  tell(chat);
  tell(row("waku", "stopped"));
  const Outcome status = run({"status", "--json"});
  ASSERT_EQ(status.code, 0) << status.output;
  const Value document = status.json();
  ASSERT_NE(document.find("modules"), nullptr) << status.output;
  const Value& first = document.find("modules")->as_array()->front();
  for (const char* key : {"name", "state", "locked", "generation", "pid", "uptime_seconds", "restarts", "rss_bytes",
                          "owner", "backend", "interface", "last_exit"}) {
    EXPECT_NE(first.find(key), nullptr) << key;
  }
  EXPECT_EQ(first.string_or("name", ""), "chat");
  EXPECT_EQ(first.uint_or("generation", 0), 3U);
  EXPECT_EQ(first.find("last_exit")->string_or("cause", ""), "signal 9 (SIGKILL)");
  EXPECT_TRUE(document.find("modules")->as_array()->back().find("last_exit")->is_null());
}

TEST_F(Statusctl, CallPrintsTheResultAsJson) {
  start_node();
  add_module("chat");
  test::write_file(data_dir() + "/params.json", R"({"text": "from a file"})");
  const Outcome direct = run({"call", "chat.seen", R"({"text": "hello"})"});
  ASSERT_EQ(direct.code, 0) << direct.errors;
  EXPECT_EQ(direct.errors, "");
  EXPECT_EQ(direct.json().find("params")->string_or("text", ""), "hello");
  const Outcome file = run({"call", "chat.seen", "@" + data_dir() + "/params.json"});
  EXPECT_EQ(file.json().find("params")->string_or("text", ""), "from a file") << file.output;
  const Outcome keyed = run({"call", "chat.seen", "--key", "once"});
  EXPECT_EQ(keyed.json().string_or("key", ""), "once") << keyed.output;
}

TEST_F(Statusctl, CallReadsItsParametersFromStandardInput) {
  start_node();
  add_module("chat");
  test::ChildProcess shell({"/bin/sh", "-c", "echo '{\"text\": \"piped\"}' | \"$0\" call chat.seen -", STATUSCTL},
                           {"STATUS_DATA_DIR=" + data_dir()});
  const Outcome outcome = end(shell);
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(outcome.json().find("params")->string_or("text", ""), "piped") << outcome.output;
}

TEST_F(Statusctl, ATerminalGetsTables) {
  start_node();
  Row chat = row("chat", "degraded", 3);
  chat.why = "no peers";
  chat.restarts = 2;
  chat.rss_bytes = 3 << 20;
  tell(chat);
  tell(row("waku", "stopped"));
  const Outcome status = on_terminal({"status"});
  EXPECT_EQ(status.code, 0) << status.output;
  EXPECT_THAT(status.output, MatchesRegex("MODULE +STATE +PID +UP +RESTARTS +MEMORY +OWNER +BACKEND\r\n"
                                          "chat +degraded +- +- +2 +3.0 MiB +test team\r\n"
                                          "waku +stopped +- +- +0 +0.0 KiB +test team\r\n"
                                          "chat: no peers \\(statusctl why chat\\)\r\n"));
}

TEST_F(Statusctl, ATerminalGetsTheStoryOfADeath) {
  start_node();
  tell(row("chat", "ready", 3));
  gateway_->supervisor_event({.seq = 1,
                              .topic = "supervisor.module_state",
                              .time_ms = 1,
                              .generation = 3,
                              .data = Value::map({{"module", "chat"},
                                                  {"from", "starting"},
                                                  {"to", "ready"},
                                                  {"cause", "ready"},
                                                  {"pid", 1},
                                                  {"next_attempt_ms", 0}})});
  const Value record =
      Value::map({{"generation", 2},
                  {"time_ms", 5},
                  {"cause", "signal 9 (SIGKILL)"},
                  {"uptime_ms", 61'000},
                  {"fatal", Value::map({{"reason", "chat.lost"}, {"message", "its way"}})},
                  {"calls_in_flight",
                   Value::Array{Value::map({{"method", "chat.seen"}, {"trace_id", "0x12"}, {"running_ms", 1'500}})}},
                  {"log", Value::Array{Value("one"), Value("two")}}});
  test::write_file(data_dir() + "/crash/chat/2.json", to_json(record));
  const Outcome why = on_terminal({"why", "chat"});
  EXPECT_EQ(why.code, 0) << why.output;
  for (const char* part :
       {"chat is ready, generation 3; owner: test team\r\n", "  starting → ready  ready\r\n",
        "generation 2  signal 9 (SIGKILL), after 1m 1s\r\n", "Its last word: chat.lost: its way\r\n",
        "In flight: chat.seen  for 1.5s  trace 0x12\r\n", "Last lines of its log:\r\n  one\r\n  two\r\n"}) {
    EXPECT_THAT(why.output, HasSubstr(part));
  }
  const Outcome json = on_terminal({"why", "chat", "--json"});
  EXPECT_EQ(json.json().find("last_crash")->uint_or("generation", 0), 2U) << json.output;
}

// Two rotations while it does not look: it is stopped meanwhile.
TEST_F(Statusctl, FollowingALogLosesNothingAtARotation) {
  const std::string log = data_dir() + "/logs/chat.log";
  const auto line = [](int n) {
    return R"({"time_ms": 1, "module": "chat", "message": "line )" + std::to_string(n) + "\"}\n";
  };
  test::write_file(log, line(1));
  const auto following = begin({"logs", "-f", "chat"});
  ASSERT_TRUE(following->wait_for_line("line 1", kPatience));
  following->signal(SIGSTOP);
  siginfo_t stopped{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(following->pid()), &stopped, WSTOPPED | WNOWAIT), 0);
  test::write_file(log, line(1) + line(2) + line(3));
  std::filesystem::rename(log, log + ".1");
  test::write_file(log, line(4));
  std::filesystem::rename(log + ".1", log + ".2");
  std::filesystem::rename(log, log + ".1");
  test::write_file(log, line(5));
  following->signal(SIGCONT);
  for (int n = 2; n <= 5; ++n) ASSERT_TRUE(following->wait_for_line("line " + std::to_string(n), kPatience)) << n;
  following->signal(SIGINT);
  EXPECT_TRUE(following->wait(kPatience));
  EXPECT_EQ(std::ranges::count(following->read_all(), '\n'), 5) << following->output();
}

TEST_F(Statusctl, OneForAnErrorOfTheCall) {
  start_node();
  add_module("chat");
  const Outcome refused = run({"call", "chat.refuse"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.output, "") << "a program that reads the result must not find an error there";
  EXPECT_EQ(refused.error().string_or("code", ""), "NOT_FOUND") << refused.errors;
  EXPECT_EQ(refused.error().string_or("reason", ""), "test.nothing") << refused.errors;
  EXPECT_EQ(refused.error().string_or("module", ""), "chat") << refused.errors;
  EXPECT_EQ(run({"call", "nobody.at_all"}).code, 1);
  tell(row("waku", "backoff"));
  EXPECT_EQ(run({"call", "waku.info"}).code, 1);
}

TEST_F(Statusctl, TwoForAWrongCommandLine) {
  start_node();
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"statsu"}).code, 2);
  EXPECT_EQ(run({"call"}).code, 2);
  EXPECT_EQ(run({"call", "supervisor.hello", "{broken"}).code, 2);
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_EQ(run({"--version"}).code, 0);
}

TEST_F(Statusctl, ThreeWhereThereIsNoNode) {
  const Outcome dead = run({"status"});
  EXPECT_EQ(dead.code, 3) << "a token, but nobody listens";
  EXPECT_EQ(dead.output, "");
  EXPECT_EQ(dead.error().string_or("reason", ""), "cli.no_node") << dead.errors;
  EXPECT_THAT(dead.errors, HasSubstr("statusd"));
  std::filesystem::remove(run_dir() + "/token");
  EXPECT_EQ(run({"status"}).code, 3);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"call", "supervisor.hello"}, {"logs"}, {"logs", "chat"}, {"logs", "--follow"}}) {
    std::vector<std::string> elsewhere = {"--data-dir", data_dir() + "/elsewhere"};
    elsewhere.insert(elsewhere.end(), words.begin(), words.end());
    const Outcome outcome = run(elsewhere);
    EXPECT_EQ(outcome.code, 3) << words.front();
    EXPECT_EQ(outcome.error().string_or("reason", ""), "cli.no_node") << outcome.errors;
  }
}

TEST_F(Statusctl, FourForAWrongToken) {
  start_node();
  write_token("ffeeddccbbaa99887766554433221100");
  EXPECT_EQ(run({"status"}).code, 4);
}

TEST_F(Statusctl, FourForATokenOfSomebodyElse) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read it";
  start_node();
  std::filesystem::permissions(run_dir() + "/token", std::filesystem::perms::none);
  const Outcome refused = run({"status"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_EQ(refused.error().string_or("reason", ""), "cli.token_unreadable") << refused.errors;
  EXPECT_THAT(refused.errors, HasSubstr(run_dir() + "/token"));
}

TEST_F(Statusctl, FiveWhenTheDeadlinePasses) {
  start_node();
  std::mutex mutex;
  std::vector<ipc::Call> held;
  const auto hold = [&](ipc::Call call) {
    std::lock_guard lock(mutex);
    held.push_back(std::move(call));
  };
  add_module("chat").server().handle("chat.hold", ipc::Run::inline_thread, hold);
  EXPECT_EQ(run({"call", "chat.hold", "--deadline", "100"}).code, 5);
  // A module that hangs does not describe itself either: one deadline for all.
  modules_["chat"]->server().handle("chat._sys.describe", ipc::Run::inline_thread, hold);
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(run({"call", "chat.hold", "--deadline", "100"}).code, 5);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 2s) << "waits for the description as long as it may take";
  stop_gateway();
}

TEST_F(Statusctl, WaitsForAGatewayThatIsBeingRestarted) {
  const auto waiting = begin({"status"});
  start_node();
  const Outcome outcome = end(*waiting);
  EXPECT_EQ(outcome.code, 0) << outcome.output;
}

TEST_F(Statusctl, EventsAreOneJsonObjectALine) {
  start_node();
  add_module("chat").publish("said", 7);
  gateway_->supervisor_event({.seq = 1, .topic = "supervisor.module_state", .time_ms = 1, .generation = 1, .data = {}});
  const auto following = begin({"events", "--follow"});
  ASSERT_TRUE(following->wait_for_line("\"n\":7", kPatience));
  const Outcome events = run({"events"});
  ASSERT_EQ(events.code, 0) << events.output;
  std::istringstream lines(events.output);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_TRUE(parse_json(line)) << line;
  EXPECT_EQ(count, 2U);
  modules_["chat"]->publish("said", 8);
  EXPECT_TRUE(following->wait_for_line("\"n\":8", kPatience));
}

TEST_F(Statusctl, StartStopAndRestartGoToTheSupervisor) {
  start_node();
  tell(row("chat", "ready"));
  for (const char* verb : {"start", "stop", "restart", "pause", "resume"}) EXPECT_EQ(run({verb, "chat"}).code, 0);
  EXPECT_THAT(supervisor_.commands(),
              ::testing::ElementsAre("start chat", "stop chat", "restart chat", "pause chat", "resume chat"));
  EXPECT_EQ(run({"stop", "nobody"}).code, 1);
}

TEST_F(Statusctl, KillIsASigkillToTheProcessOfTheRow) {
  start_node();
  test::ChildProcess victim({"/bin/sleep", "600"});
  Row chat = row("chat", "ready");
  chat.pid = victim.pid();
  tell(chat);
  EXPECT_EQ(run({"kill", "chat"}).code, 0);
  EXPECT_EQ(victim.wait(kPatience), -SIGKILL);
  tell(row("waku", "backoff"));
  EXPECT_EQ(run({"kill", "waku"}).code, 1);
}

TEST_F(Statusctl, WhyHasTheTransitionsAndTheLastCrash) {
  start_node();
  tell(row("chat", "backoff", 4));
  const Value state = Value::map({{"module", "chat"}, {"from", "ready"}, {"to", "backoff"}, {"cause", "exit 70"}});
  gateway_->supervisor_event(
      {.seq = 1, .topic = "supervisor.module_state", .time_ms = 1, .generation = 4, .data = state});
  test::write_file(data_dir() + "/crash/chat/3.json", R"({"module": "chat", "generation": 3, "cause": "old"})");
  test::write_file(data_dir() + "/crash/chat/4.json", R"({"module": "chat", "generation": 4, "cause": "exit 70"})");
  const Outcome why = run({"why", "chat"});
  ASSERT_EQ(why.code, 0) << why.output;
  EXPECT_EQ(why.json().find("transitions")->as_array()->front().string_or("to", ""), "backoff");
  EXPECT_EQ(why.json().find("last_crash")->uint_or("generation", 0), 4U);
  EXPECT_EQ(run({"why", "nobody"}).code, 1);
}

TEST_F(Statusctl, DescribeNamesModulesAndMethods) {
  start_node();
  const Outcome all = run({"describe"});
  ASSERT_EQ(all.code, 0) << all.output;
  EXPECT_THAT(all.output, HasSubstr("supervisor.events.next"));
  const Outcome one = run({"describe", "supervisor.hello"});
  ASSERT_EQ(one.code, 0) << one.output;
  EXPECT_THAT(one.output, HasSubstr("boot_id"));
  EXPECT_EQ(run({"describe", "supervisor.helo"}).code, 1);
}

TEST_F(Statusctl, LogsNeedNoNode) {
  test::write_file(data_dir() + "/logs/chat.log", "{\"time_ms\":2,\"message\":\"second\"}\n");
  test::write_file(data_dir() + "/logs/waku.log", "{\"time_ms\":1,\"message\":\"first\"}\n");
  const Outcome all = run({"logs"});
  ASSERT_EQ(all.code, 0) << all.output;
  EXPECT_THAT(all.output, StartsWith("{\"time_ms\":1"));
  EXPECT_THAT(run({"logs", "chat"}).output, StartsWith("{\"time_ms\":2"));
  EXPECT_EQ(run({"logs", "nobody"}).code, 1);
}

TEST_F(Statusctl, WithoutADirectoryItIsTheOneInHomeWhateverElseTheEnvironmentSays) {
  const auto run_in = [](std::vector<std::string> environment, const std::vector<std::string>& command) {
    environment.insert(environment.begin(), {"/usr/bin/env", "-u", "STATUS_DATA_DIR"});
    environment.insert(environment.end(), command.begin(), command.end());
    test::ChildProcess process(environment);
    return end(process);
  };
  const Outcome home = run_in({"HOME=" + data_dir(), "XDG_DATA_HOME=/nowhere"}, {STATUSCTL, "status"});
  EXPECT_EQ(home.code, 3);
  EXPECT_THAT(home.output, HasSubstr("no node answers at " + data_dir() + "/.local/share/status/run"));
  for (const std::vector<std::string>& command : {std::vector<std::string>{STATUSCTL, "status"}, {STATUSD}}) {
    const Outcome homeless = run_in({"-u", "HOME"}, command);
    EXPECT_EQ(homeless.code, 2);
    EXPECT_THAT(homeless.output, HasSubstr("--data-dir is required"));
  }
}

TEST_F(Statusctl, CompletionIsAScriptForBash) {
  const Outcome script = run({"completion"});
  EXPECT_EQ(script.code, 0);
  EXPECT_THAT(script.output, HasSubstr("complete -F _statusctl statusctl"));
}

}  // namespace
}  // namespace status::gateway
