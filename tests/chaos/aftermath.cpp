#include "tests/chaos/aftermath.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace status::chaos {
namespace {

struct Incarnation {
  std::int64_t pid = 0;
  std::int64_t started_ms = 0;
  std::optional<std::int64_t> ready_ms;
  std::optional<MonotonicTime> end_known;  // at the front end
};
// By generation.
using Lives = std::map<std::uint64_t, Incarnation>;

std::map<std::string, Lives> lives_of(const test::EventLog& events) {
  std::map<std::string, Lives> out;
  for (const auto& [event, arrived] : events.arrivals(test::EventLog::topic("supervisor.module_state"))) {
    const std::string to = event.data.string_or("to", "");
    Incarnation& life = out[event.data.string_or("module", "")][event.generation];
    if (to == "starting") {
      life.pid = event.data.int_or("pid", 0);
      life.started_ms = event.time_ms;
    } else if (to == "ready" && !life.ready_ms) {
      life.ready_ms = event.time_ms;
    } else if (to == "backoff" && !life.end_known) {
      life.end_known = arrived;
    }
  }
  return out;
}

// The times without a front door: from a gateway's kill until its successor is ready and a client has had the time to
// dial it.
class Absences {
 public:
  Absences(const std::vector<Kill>& kills, const Lives& gateways) {
    constexpr std::int64_t kDialMs = 250;
    for (const Kill& kill : kills) {
      if (kill.module != "gateway") continue;
      const auto next = std::ranges::find_if(
          gateways, [&](const auto& life) { return life.second.ready_ms && *life.second.ready_ms >= kill.at_ms; });
      spans_.emplace_back(kill.at_ms, next == gateways.end() ? INT64_MAX : *next->second.ready_ms + kDialMs);
    }
  }
  // Whether there was none at some time in those that follow that moment.
  bool near(std::int64_t at_ms) const {
    constexpr std::int64_t kTellMs = 50;
    return std::ranges::any_of(spans_,
                               [&](const auto& span) { return span.first <= at_ms + kTellMs && at_ms <= span.second; });
  }

 private:
  std::vector<std::pair<std::int64_t, std::int64_t>> spans_;
};

}  // namespace

Aftermath aftermath(const std::vector<Kill>& kills, const test::EventLog& events) {
  std::map<std::string, Lives> modules = lives_of(events);
  std::map<std::string, Lives::const_iterator> not_killed_yet;
  const Absences absences(kills, modules["gateway"]);
  std::set<std::pair<std::string, std::int64_t>> victims;
  for (const Kill& kill : kills) victims.emplace(kill.module, kill.pid);
  Aftermath out;
  for (const Kill& kill : kills) {
    const Lives& lives = modules[kill.module];
    const std::string who = kill.module + " (pid " + std::to_string(kill.pid) + ")";
    // From the one that was killed last on: numbers of processes come again.
    Lives::const_iterator& from = not_killed_yet.try_emplace(kill.module, lives.begin()).first->second;
    const auto life = std::find_if(from, lives.end(), [&](const auto& each) { return each.second.pid == kill.pid; });
    if (life == lives.end()) {
      out.trouble.push_back("no event tells of the start of " + who);
      continue;
    }
    from = std::next(life);
    out.in_starting += life->second.ready_ms ? 0 : 1;
    if (life->second.end_known && !absences.near(kill.at_ms)) {
      out.told_ms.push_back(std::chrono::duration<double, std::milli>(*life->second.end_known - kill.at).count());
    }
    const auto next = std::next(life);
    if (next == lives.end()) {
      out.trouble.push_back("nothing came after " + who);
      continue;
    }
    // Only the gateway and keys wait for nobody.
    if (kill.module == "gateway" || kill.module == "keys") {
      out.born_ms.push_back(static_cast<double>(next->second.started_ms - kill.at_ms));
    }
    if (next->second.ready_ms) {
      out.back_ms.push_back(static_cast<double>(*next->second.ready_ms - kill.at_ms));
    } else if (victims.contains({kill.module, next->second.pid})) {
      ++out.killed_again;
    } else {
      out.trouble.push_back("what came after " + who + " was never ready");
    }
  }
  return out;
}

}  // namespace status::chaos
