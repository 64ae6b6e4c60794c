// status-demo: the proof without a person. Two nodes of real processes, 200 messages from A to B; chat on B is killed
// in mid-stream, waku on A and a gateway once each, and A goes on sending while they are away. Exits 0 only if all 200
// arrived exactly once, in order, and nothing else restarted.
#include <algorithm>
#include <cstring>

#include "ipc/base/clock.h"
#include "tests/chaos/timeline.h"
#include "tests/support/process_node.h"

namespace status::chaos {
namespace {

using test::ProcessNode;

constexpr int kMessages = 200;

struct Kill {
  int after;  // messages sent
  const char* place;
  const char* module;
};
constexpr Kill kKills[] = {{60, "B", "chat"}, {110, "A", "waku"}, {160, "A", "gateway"}};

class Demo {
 public:
  bool run() { return start() && talk() && back() && arrived() && undisturbed() && end(); }

 private:
  bool check(const Status& status, const std::string& what) {
    timeline_.say(status ? what : what + " FAILED: " + status.error().describe());
    return status.has_value();
  }

  bool start() {
    if (!check(a_.start(), "node A runs: statusd, gateway, keys, waku, chat") || !check(b_.start(), "node B runs"))
      return false;
    if (!check(test::link(a_, b_), "A's waku is linked to B's")) return false;
    Result<test::Conversation> conversation = test::converse(a_, b_);
    if (!conversation) return check(fail(conversation.error()), "conversation");
    conversation_ = *conversation;
    timeline_.say("A has a conversation with B: " + conversation_.id);
    return true;
  }

  bool talk() {
    for (int i = 1; i <= kMessages; ++i) {
      const std::string text = "message " + std::to_string(i);
      began_ms_.push_back(SystemClock().unix_ms());
      if (Status sent = test::say(a_, conversation_, text, text); !sent) return check(sent, text);
      expected_.push_back(text);
      for (const Kill& kill : kKills) {
        if (kill.after == i && !strike(kill)) return false;
      }
    }
    timeline_.say("A has sent " + std::to_string(kMessages) + " messages");
    return true;
  }

  bool strike(const Kill& kill) {
    const std::int64_t now_ms = SystemClock().unix_ms();
    const Result<test::Row> before = node_of(kill).kill(kill.module);
    if (!before) return check(fail(before.error()), "kill " + name_of(kill));
    strikes_.push_back({kill, before->generation, now_ms});
    timeline_.say("kill -9 " + name_of(kill) + " (pid " + std::to_string(before->pid) + ") after " +
                  std::to_string(kill.after) + " messages, of which B has " + std::to_string(test::heard(b_).size()));
    return true;
  }

  // Each came back by itself, and A began to send something meanwhile.
  bool back() {
    bool good = true;
    for (const Strike& strike : strikes_) {
      const std::string name = name_of(strike.kill);
      const auto ready =
          node_of(strike.kill)
              .events()
              .wait_for(test::EventLog::state(strike.kill.module, "ready", strike.generation), test::kPatience);
      if (!ready) return check(fail(Code::deadline_exceeded, "test.late", "it is not ready"), name + " comes back");
      const auto meanwhile = std::ranges::count_if(
          began_ms_, [&](std::int64_t began_ms) { return strike.at_ms <= began_ms && began_ms <= ready->time_ms; });
      timeline_.say(name + " was ready again " + std::to_string(ready->time_ms - strike.at_ms) +
                    " ms after its kill; A began " + std::to_string(meanwhile) + " messages meanwhile");
      good = good && meanwhile > 0;
    }
    return good;
  }

  bool arrived() {
    const Result<std::vector<std::string>> got = test::await_received(b_, conversation_.id, kMessages);
    if (!got) return check(fail(got.error()), "reading the conversation at B");
    if (*got == expected_) {
      timeline_.say("B has all " + std::to_string(kMessages) + ", exactly once, in order");
      return true;
    }
    const auto differs = std::ranges::mismatch(*got, expected_).in1 - got->begin();
    timeline_.say("B has " + std::to_string(got->size()) + " messages; the first that is wrong is number " +
                  std::to_string(differs + 1));
    return false;
  }

  // Every module has restarted exactly as often as it was killed.
  bool undisturbed() {
    bool good = true;
    for (const auto& [place, node] : {std::pair{"A", &a_}, std::pair{"B", &b_}}) {
      const Result<std::vector<test::Row>> rows = node->rows();
      if (!rows) return check(fail(rows.error()), "rows");
      for (const test::Row& row : *rows) {
        const auto kills = static_cast<std::uint64_t>(std::ranges::count_if(kKills, [&, p = place](const Kill& kill) {
          return std::string(kill.place) == p && row.name == kill.module;
        }));
        if (row.restarts == kills) continue;
        timeline_.say(row.name + " on " + place + " restarted " + std::to_string(row.restarts) + " times instead of " +
                      std::to_string(kills));
        good = false;
      }
    }
    if (good) timeline_.say("nothing else restarted");
    return good;
  }

  bool end() { return check(a_.stop(), "node A has stopped") && check(b_.stop(), "node B has stopped"); }

  struct Strike {
    Kill kill;
    std::uint64_t generation;  // of the incarnation that died
    std::int64_t at_ms;
  };
  ProcessNode& node_of(const Kill& kill) { return *kill.place == 'A' ? a_ : b_; }
  static std::string name_of(const Kill& kill) { return std::string(kill.module) + " on " + kill.place; }

  Timeline timeline_;
  ProcessNode a_;
  ProcessNode b_;
  test::Conversation conversation_;
  std::vector<std::string> expected_;
  std::vector<std::int64_t> began_ms_;  // when A began to send each message
  std::vector<Strike> strikes_;
};

}  // namespace
}  // namespace status::chaos

int main(int argc, char** argv) {
  if (argc > 1) {
    std::puts("Usage: status-demo: two nodes, messages and kills; no options");
    return argc == 2 && std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
  }
  const bool passed = status::chaos::Demo().run();
  std::puts(passed ? "PASS" : "FAIL");
  return passed ? 0 : 1;
}
