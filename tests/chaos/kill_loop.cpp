// kill_loop [--kills N] [--seed S]: kill -9 over all processes of two nodes but statusd, under load in both directions.
//
// The kills come in volleys of one to four, 0 to 50 ms apart: a victim may still be starting, and every tenth time two
// die at once. After a volley all of it has to come back and a message has to be acknowledged in each direction.
//
// PASS only if no acknowledged message was lost or doubled (in the database and in the events), order held, 99 of 100
// were back within a second, nothing restarted but what was killed, calls to processes that were not killed never
// failed (bystander.h), and no orphan or zombie is left. Budget and backoff are set to 0, so that the loop measures
// restarts and not the policy, which has its own exact test.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <random>
#include <set>

#include "ipc/base/clock.h"
#include "tests/chaos/aftermath.h"
#include "tests/chaos/bystander.h"
#include "tests/chaos/timeline.h"
#include "tests/chaos/writer.h"
#include "tests/support/process_node.h"

namespace status::chaos {
namespace {

using test::ProcessNode;
using namespace std::chrono_literals;

constexpr std::array kModules = {"gateway", "keys", "waku", "chat"};
constexpr std::uint64_t kLongestVolley = 4;
constexpr std::uint64_t kLongestPauseMs = 50;
constexpr std::uint64_t kMostMessagesBetween = 8;
constexpr double kBackWithinMs = 1'000;
constexpr std::size_t kShown = 20;  // failures of one node

std::string number(double value) { return std::to_string(static_cast<long>(value)); }

// Of sorted values.
double percentile(const std::vector<double>& values, std::size_t percent) {
  return values[(values.size() - 1) * percent / 100];
}

// One of the two nodes, with what goes on at it.
struct Place {
  explicit Place(std::string its_name) : name(std::move(its_name)) {}

  const std::string name;
  ProcessNode node{{.settings = test::without_backoff()}};
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Bystander> bystander;
  std::vector<Kill> kills;

  std::size_t kills_of(const std::string& module) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(kills, [&](const Kill& kill) { return kill.module == module; }));
  }
  bool killed(const test::Row& row) const {
    return std::ranges::any_of(kills, [&](const Kill& kill) { return kill.module == row.name && kill.pid == row.pid; });
  }
};

struct Victim {
  Place* place;
  std::string module;
  test::ProcessHandle process;
};

class KillLoop {
 public:
  KillLoop(std::size_t kills, std::uint64_t seed) : kills_(kills), random_(seed) {}

  bool run() {
    if (!prepare()) return false;
    for (Place* place : places_) {
      place->writer = std::make_unique<Writer>(place->node, conversation_.id, place->name);
      place->bystander = std::make_unique<Bystander>(place->node, conversation_.id, gateways_away_);
    }
    while (done_ < kills_) {
      if (!volley() || !recover()) return false;
    }
    for (Place* place : places_) {
      place->bystander->finish();
      place->writer->finish();
    }
    bool good = writers_well();
    good = settle(a_) && settle(b_) && good;
    good = complete(a_, b_) && complete(b_, a_) && good;
    good = restarts_are_kills() && good;
    good = back_in_time() && good;
    good = bystanders_unharmed() && good;
    return tidy() && good;
  }

 private:
  bool prepare() {
    timeline_.say("restart.backoff_ms=0 restart.budget=0 for this loop; the default policy has its own test");
    for (Place* place : places_) {
      if (Status started = place->node.start(); !started) return say(started.error());
    }
    if (Status linked = test::link(a_.node, b_.node); !linked) return say(linked.error());
    Result<test::Conversation> conversation = test::converse(a_.node, b_.node);
    if (!conversation) return say(conversation.error());
    conversation_ = *conversation;
    // B learns of the conversation with the first message.
    if (Status first = test::say(a_.node, conversation_, "A 0", "A 0"); !first) return say(first.error());
    const Result<std::vector<std::string>> there = test::await_received(b_.node, conversation_.id, 1);
    return there ? there->size() == 1 : say(there.error());
  }

  std::uint64_t draw(std::uint64_t below) { return random_() % below; }

  bool volley() {
    const std::size_t until = std::min(kills_, done_ + 1 + draw(kLongestVolley));
    while (done_ < until) {
      // Somewhere in the traffic, or in the middle of what the kill before has left.
      Writer& traffic = *places_[draw(places_.size())]->writer;
      const std::size_t messages = 1 + draw(kMostMessagesBetween);
      const std::chrono::milliseconds pause(draw(kLongestPauseMs + 1));
      traffic.wait_for(traffic.count() + messages, pause);
      const bool two = ++strikes_ % 10 == 0 && done_ + 2 <= kills_;
      if (!strike(two ? 2 : 1)) return false;
    }
    return true;
  }

  bool strike(std::size_t count) {
    std::vector<Victim> victims;
    const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
    while (victims.size() < count) {
      Place* place = places_[draw(places_.size())];
      const std::string module = kModules[draw(kModules.size())];
      std::optional<test::ProcessHandle> process = place->node.process_of(module);
      const bool taken = process && std::ranges::any_of(victims, [&](const Victim& victim) {
                           return victim.process.pid() == process->pid();
                         });
      if (process && !taken) victims.push_back({place, module, std::move(*process)});
      if (std::chrono::steady_clock::now() > deadline) return say("there is nothing left to kill");
    }
    for (const Victim& victim : victims) {
      victim.place->bystander->excuse(victim.module, victim.process.pid());
      victim.place->kills.push_back({victim.module, victim.process.pid(), SystemClock().unix_ms()});
    }
    for (const Victim& victim : victims) victim.process.signal(SIGKILL);
    for (const Victim& victim : victims) {
      if (!victim.process.wait_gone(test::kPatience)) return say(victim.module + " does not die");
      if (++done_ % 50 == 0) timeline_.say(std::to_string(done_) + " kills");
    }
    pairs_ += victims.size() - 1;
    return true;
  }

  // All of it is back, and messages flow.
  bool recover() {
    for (Place* place : places_) {
      const Status back =
          place->node.await_rows([&](const test::Row& row) { return test::usable(row) && !place->killed(row); });
      if (!back) return say(back.error());
    }
    for (Place* place : places_) {
      Writer& writer = *place->writer;
      if (!writer.wait_for(writer.count() + 1, test::kPatience)) {
        return say(place->name + " sends nothing any more: " + writer.trouble());
      }
    }
    return true;
  }

  bool writers_well() {
    bool good = true;
    for (const Place* place : places_) {
      if (place->writer->trouble().empty()) continue;
      good = say("the writer at " + place->name + " gave up: " + place->writer->trouble());
    }
    return good;
  }

  // Until nothing that this node has said is on its way any more: what is doubled after that stays unseen by nobody. A
  // slow disk may need long for what has piled up, but not for the next one of it.
  bool settle(Place& from) {
    std::uint64_t least = UINT64_MAX;
    auto deadline = std::chrono::steady_clock::now() + 60s;
    for (;;) {
      const std::size_t seen = from.node.events().size();
      const std::uint64_t left = undelivered(from);
      if (left == 0) return true;
      const auto now = std::chrono::steady_clock::now();
      if (left < least) {
        least = left;
        deadline = now + 60s;
      }
      if (now > deadline) return say(std::to_string(left) + " messages of " + from.name + " do not arrive");
      from.node.events().wait_for_more(seen, 100ms);
    }
  }

  // The most there is while nobody says how many.
  static std::uint64_t undelivered(Place& from) {
    const Result<Value> listed = from.node.front().call("chat.list_conversations");
    const Value* conversations = listed ? listed->find("conversations") : nullptr;
    if (conversations == nullptr || conversations->as_array() == nullptr) return UINT64_MAX;
    std::uint64_t left = 0;
    for (const Value& conversation : *conversations->as_array()) left += conversation.uint_or("undelivered", 1);
    return left;
  }

  bool complete(Place& from, Place& at) {
    std::vector<std::string> acknowledged = from.writer->finish();
    if (&from == &a_) acknowledged.insert(acknowledged.begin(), "A 0");
    const Result<std::vector<std::string>> got =
        test::await_received(at.node, conversation_.id, acknowledged.size(), 60s);
    if (!got) return say(got.error());
    const std::set<std::string> different(got->begin(), got->end());
    const std::size_t doubled = got->size() - different.size();
    std::size_t lost = 0;
    for (const std::string& text : acknowledged) lost += different.contains(text) ? 0 : 1;
    const bool ordered = *got == acknowledged;
    // An event may be missing: what a module had not handed over when it died is announced as a reset instead.
    const std::vector<std::string> heard = test::heard(at.node);
    const std::set<std::string> announced(heard.begin(), heard.end());
    const std::size_t twice = heard.size() - announced.size();
    const bool whole = at.node.events().lagged() == 0 && at.node.events().resets() == 0;
    timeline_.say(from.name + " → " + at.name + ": " + std::to_string(acknowledged.size()) + " acknowledged, " +
                  std::to_string(lost) + " lost, " + std::to_string(doubled) + " doubled, order " +
                  (ordered ? "kept" : "BROKEN") + "; " + std::to_string(heard.size()) + " announced, " +
                  std::to_string(twice) + " twice" + (whole ? "" : "; the stream of events has GAPS"));
    return lost == 0 && doubled == 0 && ordered && twice == 0 && whole;
  }

  bool restarts_are_kills() {
    bool good = true;
    for (Place* place : places_) {
      const Result<std::vector<test::Row>> rows = place->node.rows();
      if (!rows) return say(rows.error());
      for (const test::Row& row : *rows) {
        // Its last event is here, and so are all before it.
        const auto ready = test::EventLog::state(row.name, "ready", row.generation - 1);
        if (!place->node.events().wait_for(ready, test::kPatience)) good = say("no event says that it is ready");
        const std::size_t kills = place->kills_of(row.name);
        if (row.restarts == kills) continue;
        good = say(row.name + " at " + place->name + " restarted " + std::to_string(row.restarts) +
                   " times and was killed " + std::to_string(kills) + " times");
      }
    }
    if (good) timeline_.say("nothing restarted but what was killed");
    return good;
  }

  bool back_in_time() {
    std::vector<double> back_ms;
    std::size_t in_starting = 0, killed_again = 0;
    bool good = true;
    for (Place* place : places_) {
      const Aftermath after = aftermath(place->kills, place->node.events());
      std::ranges::copy(after.back_ms, std::back_inserter(back_ms));
      in_starting += after.in_starting;
      killed_again += after.killed_again;
      for (const std::string& trouble : after.trouble) good = say(place->name + ": " + trouble);
    }
    timeline_.say(std::to_string(done_) + " kills, " + std::to_string(pairs_) + " times two at once; " +
                  std::to_string(in_starting) + " victims were still starting, " + std::to_string(killed_again) +
                  " were killed again before they were ready");
    // One in fifty at least, or this is another loop than it says.
    if (in_starting < kills_ / 50) good = say("too few victims were still starting");
    if (back_ms.empty()) return good;
    std::ranges::sort(back_ms);
    const double p99 = percentile(back_ms, 99);
    timeline_.say("kill → ready again: p50 " + number(percentile(back_ms, 50)) + " ms, p99 " + number(p99) +
                  " ms (limit " + number(kBackWithinMs) + "), max " + number(back_ms.back()) + " ms");
    if (!test::kSanitized && p99 > kBackWithinMs) good = say("not back within a second");
    return good;
  }

  bool bystanders_unharmed() {
    timeline_.say("excused are calls to a process from its SIGKILL until the gateway shows its successor as up,");
    timeline_.say("and all calls at a node from its gateway's SIGKILL until the next one answers; nothing else");
    Bystander::Counts answered, excused, while_away;
    bool good = true;
    std::size_t failures = 0;
    for (const Place* place : places_) {
      for (const auto& [method, count] : place->bystander->answered()) answered[method] += count;
      for (const auto& [method, count] : place->bystander->excused()) excused[method] += count;
      for (const auto& [module, count] : place->bystander->while_away()) while_away[module] += count;
      const std::vector<std::string>& failed = place->bystander->failures();
      for (std::size_t i = 0; i < std::min(failed.size(), kShown); ++i) good = say(place->name + ": " + failed[i]);
      failures += failed.size();
    }
    for (const auto& [method, count] : answered) {
      timeline_.say("  " + method + ": " + std::to_string(count) + " answered, " + std::to_string(excused[method]) +
                    " excused");
    }
    for (const std::string module : kModules) {
      const std::size_t kills = a_.kills_of(module) + b_.kills_of(module);
      timeline_.say("  while a " + module + " was away (" + std::to_string(kills) + " kills): " +
                    std::to_string(while_away[module]) + " calls to other modules answered");
      if (while_away[module] < kills) good = say("that is less than one for each kill");
    }
    timeline_.say(std::to_string(failures) + " errors to processes that were not killed");
    return good;
  }

  bool tidy() {
    std::vector<std::string> strays;
    for (Place* place : places_) {
      std::ranges::copy(place->node.strays(), std::back_inserter(strays));
      place->writer.reset();
      place->bystander.reset();
      if (Status stopped = place->node.stop(); !stopped) return say(stopped.error());
    }
    for (Place* place : places_) std::ranges::copy(place->node.strays(), std::back_inserter(strays));
    timeline_.say(std::to_string(strays.size()) + " orphans or zombies");
    for (const std::string& stray : strays) say("stray: " + stray);
    return strays.empty();
  }

  bool say(const Error& error) { return say(error.describe()); }
  // Of what must not be.
  bool say(const std::string& trouble) {
    timeline_.say("error: " + trouble);
    return false;
  }

  const std::size_t kills_;
  std::mt19937_64 random_;
  Timeline timeline_;
  std::atomic<int> gateways_away_ = 0;
  Place a_{"A"};
  Place b_{"B"};
  const std::array<Place*, 2> places_{&a_, &b_};
  test::Conversation conversation_;
  std::size_t done_ = 0;
  std::size_t strikes_ = 0;
  std::size_t pairs_ = 0;
};

}  // namespace
}  // namespace status::chaos

int main(int argc, char** argv) {
  std::uint64_t kills = 300;
  std::uint64_t seed = std::random_device{}();
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 == argc || (option != "--kills" && option != "--seed")) {
      std::puts("Usage: kill_loop [--kills N] [--seed S]");
      return option == "--help" ? 0 : 2;
    }
    (option == "--kills" ? kills : seed) = std::strtoull(argv[i + 1], nullptr, 10);
  }
  std::printf("kill_loop --kills %llu --seed %llu\n", static_cast<unsigned long long>(kills),
              static_cast<unsigned long long>(seed));
  const bool passed = status::chaos::KillLoop(kills, seed).run();
  std::puts(passed ? "PASS" : "FAIL");
  return passed ? 0 : 1;
}
