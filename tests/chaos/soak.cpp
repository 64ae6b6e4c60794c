// soak [--crashes N] [--seconds N] [--seed S] [--proof DIRECTORY]: two nodes that talk, and one kill -9 of a module
// every so many seconds. By default one a minute for half an hour.
//
// PASS if every process needs as much in the end as in the beginning (steadiness.h; of a module, all its incarnations
// together, each once it has had time to warm up), every message arrived once and in order, and nothing is left behind.
// One run from beginning to end: what grows slowly does not show in pieces.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <thread>

#include "tests/chaos/steadiness.h"
#include "tests/chaos/timeline.h"
#include "tests/chaos/victims.h"
#include "tests/proof/proof.h"
#include "tests/support/process_node.h"
#include "tests/support/scrape.h"

namespace status::chaos {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kLook = 1s;  // between two looks at all processes
// Between two messages: so many of them that a new incarnation has filled the caches of its database (1 MiB each) before
// it is looked at, or what it needs would depend on how old it is.
constexpr auto kMessage = 10ms;
constexpr double kWarmUpShare = 0.25;  // of the time between two crashes, that a new incarnation is not looked at

struct Series {
  std::vector<double> descriptors, anonymous_kib;
};

// Of a page of metrics.
std::optional<double> open_descriptors_on(const std::string& page, const std::string& module) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("process_open_fds{") || line.find("module=\"" + module + "\"") == std::string::npos) continue;
    return std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return std::nullopt;
}

class Soak {
 public:
  Soak(std::chrono::seconds between, std::uint64_t seed) : between_(between) {
    for (Place& place : places_) {
      for (const char* module : kVictims) victims_.push_back({&place, module});
    }
    std::mt19937_64 random(seed);
    std::ranges::shuffle(victims_, random);
  }

  Status begin() {
    for (Place& place : places_) {
      if (Status started = place.node.start(); !started) return started;
    }
    if (Status linked = test::link(places_[0].node, places_[1].node); !linked) return linked;
    const Result<test::Conversation> made = test::converse(places_[0].node, places_[1].node);
    if (!made) return fail(made.error());
    conversation_ = *made;
    // The second learns of the conversation with the first message.
    if (Status first = say(places_[0]); !first) return first;
    const auto there = test::await_received(places_[1].node, conversation_.id, 1);
    return there ? Status{} : Status(fail(there.error()));
  }

  // A while of quiet traffic, then a crash.
  Status crash() {
    const auto end = Clock::now() + between_;
    while (Clock::now() < end) {
      if (Status sent = say(places_[++turns_ % places_.size()]); !sent) return sent;
      if (Clock::now() >= next_look_) look();
      std::this_thread::sleep_for(kMessage);
    }
    const auto& [place, module] = victims_[crashes_++ % victims_.size()];
    const Result<test::Row> before = place->node.kill(module);
    if (!before) return fail(before.error());
    timeline_.say("kill -9 " + module + " at " + place->name);
    return place->node.await_ready(module, before->generation);
  }

  // What arrived wrongly, and what was left behind.
  Result<std::size_t> end() {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const std::vector<std::string>& said = places_[i].said;
      const auto got = test::await_received(places_[1 - i].node, conversation_.id, said.size());
      if (!got) return fail(got.error());
      timeline_.say(std::to_string(said.size()) + " messages of " + places_[i].name + ", " +
                    std::to_string(got->size()) + " arrived, order " + (*got == said ? "kept" : "BROKEN"));
      wrong += *got == said ? 0 : 1;
      wrong += places_[i].node.strays().size();
    }
    for (Place& place : places_) {
      if (Status stopped = place.node.stop(); !stopped) return fail(stopped.error());
      wrong += place.node.strays().size();
    }
    return wrong;
  }

  // By "A statusd", "A chat", …
  const std::map<std::string, Series>& series() const { return series_; }

 private:
  struct Place {
    std::string name;
    test::ProcessNode node{{.settings = {"restart.budget=0"}}};
    std::vector<std::string> said;
    std::map<std::int64_t, Clock::time_point> seen_since;  // by pid
  };

  Status say(Place& place) {
    place.said.push_back(place.name + " " + std::to_string(place.said.size()));
    return test::say(place.node, conversation_, place.said.back(), place.said.back());
  }

  void look() {
    next_look_ = Clock::now() + kLook;
    for (Place& place : places_) {
      const std::string page = test::scrape(place.node);
      look_at(place, "statusd", place.node.statusd().statusd().pid(), page);
      for (const test::Row& row : place.node.rows().value_or(std::vector<test::Row>())) {
        look_at(place, row.name, row.pid, page);
      }
    }
  }

  void look_at(Place& place, const std::string& process, std::int64_t pid, const std::string& page) {
    const auto since = place.seen_since.try_emplace(pid, Clock::now()).first->second;
    if (Clock::now() - since < between_ * kWarmUpShare) return;
    // What holds keys shows its descriptors to nobody, and counts them itself.
    auto descriptors = descriptors_of(static_cast<pid_t>(pid));
    if (!descriptors) descriptors = open_descriptors_on(page, process);
    const auto memory = anonymous_kib_of(static_cast<pid_t>(pid));
    Series& of = series_[place.name + " " + process];
    if (descriptors) of.descriptors.push_back(*descriptors);
    if (memory) of.anonymous_kib.push_back(*memory);
  }

  const std::chrono::seconds between_;
  Timeline timeline_;
  std::array<Place, 2> places_{Place{.name = "A"}, Place{.name = "B"}};
  test::Conversation conversation_;
  // In turn, in an order that is drawn once: each quarter of the time then sees every module as old as any other does.
  // Caches that fill for minutes are no growth.
  std::vector<std::pair<Place*, std::string>> victims_;
  std::size_t crashes_ = 0;
  std::size_t turns_ = 0;
  Clock::time_point next_look_;
  std::map<std::string, Series> series_;
};

}  // namespace
}  // namespace status::chaos

int main(int argc, char** argv) {
  using namespace status;
  std::uint64_t seconds = 60;
  proof::Proof proof("soak", "crashes", 30);
  if (const auto leave = proof.begin(argc, argv, {{"seconds", seconds, "between two crashes"}})) return *leave;
  chaos::Soak soak(std::chrono::seconds(seconds), proof.seed());
  const auto give_up = [](const Error& error) {
    std::fprintf(stderr, "soak: %s\n", error.describe().c_str());
    return proof::Proof::kUsage;
  };
  if (Status begun = soak.begin(); !begun) return give_up(begun.error());
  for (std::uint64_t i = 0; i < proof.total(); ++i) {
    if (Status survived = soak.crash(); !survived) return give_up(survived.error());
  }
  const Result<std::size_t> wrong = soak.end();
  if (!wrong) return give_up(wrong.error());
  proof.advance(proof.total());

  std::vector<bench::Figure> figures = {
      {"messages that are wrong, orphans and zombies", "", static_cast<double>(*wrong), 0}};
  for (const auto& [process, of] : soak.series()) {
    figures.push_back(bench::shown(process + ", descriptors", "", bench::percentile(of.descriptors, 0.5)));
    figures.push_back(bench::shown(process + ", anonymous memory", "KiB", bench::percentile(of.anonymous_kib, 0.5)));
    figures.push_back({process + ", growth of descriptors", "%", chaos::growth_percent(of.descriptors), 1});
    // A module starts with empty caches: its largest is what may not grow.
    figures.push_back(
        {process + ", growth of anonymous memory", "%", chaos::growth_percent(of.anonymous_kib, 0.95), 3});
  }
  return proof.finish(figures);
}
