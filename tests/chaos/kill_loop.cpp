// kill_loop [--kills N] [--seed S]: kill -9 over all processes of two nodes but statusd, under load in both directions.
// PASS only if no acknowledged message was lost or doubled, order held, calls to the modules that were not killed never
// failed, and no orphan or zombie is left. Budget and backoff are set to 0, so that the loop measures restarts and not
// the policy, which has its own exact test.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "tests/chaos/timeline.h"
#include "tests/support/process_node.h"

namespace status::chaos {
namespace {

using test::ProcessNode;
using namespace std::chrono_literals;

constexpr std::string_view kModules[] = {"gateway", "keys", "waku", "chat"};

// Sends numbered messages until told to stop; each is acknowledged or repeated under its idempotency key.
class Writer {
 public:
  Writer(ProcessNode& node, std::string conversation, std::string name)
      : front_(node.open_front()),
        conversation_(std::move(conversation)),
        name_(std::move(name)),
        thread_([this] { run(); }) {}
  ~Writer() { finish(); }

  const std::vector<std::string>& finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return acknowledged_;
  }
  const std::string& trouble() const { return trouble_; }
  std::size_t sent() const { return sent_; }

 private:
  void run() {
    for (int i = 1; !stop_; ++i) {
      const std::string text = name_ + " " + std::to_string(i);
      const Result<Value> reply = front_->insist(
          "chat.send_message", Value::map({{"conversation", conversation_}, {"content", text}}), text, test::kPatience);
      if (!reply) {
        trouble_ = text + ": " + reply.error().describe();
        return;
      }
      acknowledged_.push_back(text);
      ++sent_;
    }
  }

  std::unique_ptr<test::FrontDoor> front_;
  std::string conversation_;
  std::string name_;
  std::vector<std::string> acknowledged_;
  std::string trouble_;
  std::atomic<std::size_t> sent_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Calls a module that is alive all the time, through a gateway that is, and counts what fails. A call that was under
// way while its own module or the gateway was being killed does not count: see `excused`.
class Bystander {
 public:
  explicit Bystander(ProcessNode& node) : front_(node.open_front()), thread_([this] { run(); }) {}
  ~Bystander() {
    stop_ = true;
    thread_.join();
  }
  // The modules whose calls may fail for now.
  void excuse(const std::set<std::string>& modules) {
    std::lock_guard lock(mutex_);
    reconnecting_ = reconnecting_ || modules.contains("gateway") || excused_.contains("gateway");
    excused_ = modules;
    ++epoch_;
  }
  std::size_t calls() const { return calls_; }
  std::vector<std::string> failures() {
    std::lock_guard lock(mutex_);
    return failures_;
  }

 private:
  void run() {
    const std::pair<std::string, std::string> targets[] = {
        {"waku", "waku.info"}, {"chat", "chat.identity"}, {"keys", "keys.status"}};
    for (std::size_t i = 0; !stop_; ++i) {
      const auto& [module, method] = targets[i % std::size(targets)];
      std::uint64_t before = 0;
      bool excused = false;
      {
        std::lock_guard lock(mutex_);
        before = epoch_;
        excused = excused_.contains(module) || excused_.contains("gateway");
      }
      if (excused) {
        std::this_thread::yield();
        continue;
      }
      const Result<Value> reply = front_->call(method);
      ++calls_;
      std::lock_guard lock(mutex_);
      if (reply) {
        reconnecting_ = false;
        continue;
      }
      // The way to a gateway that has just come back is dialled anew: that is the gateway's death, not another
      // module's.
      if (reconnecting_ && reply.error().reason == "ipc.not_connected") continue;
      const bool touched = epoch_ != before && (excused_.contains(module) || excused_.contains("gateway"));
      if (!touched) failures_.push_back(method + ": " + reply.error().describe());
    }
  }

  std::unique_ptr<test::FrontDoor> front_;
  std::mutex mutex_;
  std::set<std::string> excused_;
  bool reconnecting_ = false;
  std::uint64_t epoch_ = 0;
  std::vector<std::string> failures_;
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

class KillLoop {
 public:
  KillLoop(int kills, std::uint64_t seed)
      : kills_(kills),
        random_(seed),
        a_({.settings = test::without_backoff()}),
        b_({.settings = test::without_backoff()}) {}

  bool run() {
    if (!prepare()) return false;
    Writer forth(a_, conversation_.id, "a");
    Writer back(b_, conversation_.id, "b");
    {
      Bystander at_a(a_);
      Bystander at_b(b_);
      Bystander* bystanders[] = {&at_a, &at_b};
      if (!strike(bystanders)) return false;
      calls_ = at_a.calls() + at_b.calls();
      for (Bystander* bystander : bystanders) std::ranges::copy(bystander->failures(), std::back_inserter(failures_));
    }
    const std::vector<std::string> from_a = forth.finish();
    const std::vector<std::string> from_b = back.finish();
    bool good = writer_well(forth) && writer_well(back);
    good = settle(a_) && settle(b_) && good;
    good = complete(b_, from_a, "A → B") && good;
    good = complete(a_, from_b, "B → A") && good;
    return tidy() && good;
  }

 private:
  bool prepare() {
    timeline_.say("restart.backoff_ms=0 restart.budget=0 for this loop; the default policy has its own test");
    for (ProcessNode* node : {&a_, &b_}) {
      if (Status started = node->start(); !started) return say(started.error());
    }
    if (Status linked = test::link(a_, b_); !linked) return say(linked.error());
    Result<test::Conversation> conversation = test::converse(a_, b_);
    if (!conversation) return say(conversation.error());
    conversation_ = *conversation;
    // B learns of the conversation with the first message.
    if (Status first = test::say(a_, conversation_, "a 0", "a 0"); !first) return say(first.error());
    const Result<std::vector<std::string>> there = test::await_received(b_, conversation_.id, 1);
    return there ? there->size() == 1 : say(there.error());
  }

  bool strike(Bystander* (&bystanders)[2]) {
    std::vector<double> back_ms;
    for (int i = 1; i <= kills_; ++i) {
      const std::size_t place = random_() % 2;
      ProcessNode& node = place == 0 ? a_ : b_;
      const std::string module(kModules[random_() % std::size(kModules)]);
      bystanders[place]->excuse({module});
      const double begin = timeline_.seconds();
      const Result<test::Row> before = node.kill(module);
      if (!before) return say(before.error());
      if (Status ready = node.await_ready(module, before->generation); !ready) return say(ready.error());
      back_ms.push_back((timeline_.seconds() - begin) * 1'000);
      bystanders[place]->excuse({});
      if (i % 50 == 0) timeline_.say(std::to_string(i) + " kills");
    }
    std::ranges::sort(back_ms);
    char text[96];
    std::snprintf(text, sizeof(text), "kill → ready again: p50 %.0f ms, p99 %.0f ms, max %.0f ms",
                  back_ms[back_ms.size() / 2], back_ms[back_ms.size() * 99 / 100], back_ms.back());
    timeline_.say(text);
    return true;
  }

  bool writer_well(const Writer& writer) {
    if (!writer.trouble().empty()) timeline_.say("a writer gave up: " + writer.trouble());
    return writer.trouble().empty();
  }

  // Until nothing that this node has said is on its way any more: what is doubled after that stays unseen by nobody.
  bool settle(ProcessNode& from) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    for (;;) {
      const std::size_t seen = from.events().size();
      const Result<Value> listed = from.front().call("chat.list_conversations");
      const Value* conversations = listed ? listed->find("conversations") : nullptr;
      if (conversations != nullptr && std::ranges::all_of(*conversations->as_array(), [](const Value& conversation) {
            return conversation.uint_or("undelivered", 1) == 0;
          })) {
        return true;
      }
      if (std::chrono::steady_clock::now() > deadline) {
        timeline_.say("messages are still on their way after a minute");
        return false;
      }
      from.events().wait_for_more(seen, 100ms);
    }
  }

  bool complete(ProcessNode& at, std::vector<std::string> acknowledged, const std::string& way) {
    if (way == "A → B") acknowledged.insert(acknowledged.begin(), "a 0");
    const Result<std::vector<std::string>> got = test::await_received(at, conversation_.id, acknowledged.size(), 60s);
    if (!got) return say(got.error());
    const std::set<std::string> different(got->begin(), got->end());
    const std::size_t doubled = got->size() - different.size();
    std::size_t lost = 0;
    for (const std::string& text : acknowledged) lost += different.contains(text) ? 0 : 1;
    const bool ordered = *got == acknowledged;
    timeline_.say(way + ": " + std::to_string(acknowledged.size()) + " acknowledged, " + std::to_string(lost) +
                  " lost, " + std::to_string(doubled) + " doubled, order " + (ordered ? "kept" : "BROKEN"));
    return lost == 0 && doubled == 0 && ordered;
  }

  bool tidy() {
    std::vector<std::string> strays = a_.strays();
    std::ranges::copy(b_.strays(), std::back_inserter(strays));
    for (ProcessNode* node : {&a_, &b_}) {
      if (Status stopped = node->stop(); !stopped) return say(stopped.error());
      std::ranges::copy(node->strays(), std::back_inserter(strays));
    }
    timeline_.say(std::to_string(calls_) + " calls to other modules, " + std::to_string(failures_.size()) +
                  " errors; " + std::to_string(strays.size()) + " orphans or zombies");
    for (const std::string& failure : failures_) timeline_.say("error: " + failure);
    for (const std::string& stray : strays) timeline_.say("stray: " + stray);
    return failures_.empty() && strays.empty() && calls_ > 0;
  }

  bool say(const Error& error) {
    timeline_.say(error.describe());
    return false;
  }

  const int kills_;
  std::mt19937_64 random_;
  Timeline timeline_;
  ProcessNode a_;
  ProcessNode b_;
  test::Conversation conversation_;
  std::size_t calls_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace
}  // namespace status::chaos

int main(int argc, char** argv) {
  int kills = 300;
  std::uint64_t seed = std::random_device{}();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--kills") kills = std::atoi(argv[i + 1]);
    if (option == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  std::printf("kill_loop --kills %d --seed %llu\n", kills, static_cast<unsigned long long>(seed));
  const bool passed = status::chaos::KillLoop(kills, seed).run();
  std::puts(passed ? "PASS" : "FAIL");
  return passed ? 0 : 1;
}
