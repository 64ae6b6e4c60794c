#include "tests/chaos/aftermath.h"

#include <map>
#include <optional>
#include <set>

namespace status::chaos {
namespace {

struct Incarnation {
  std::int64_t pid = 0;
  std::optional<std::int64_t> ready_ms;
};
// By generation.
using Lives = std::map<std::uint64_t, Incarnation>;

std::map<std::string, Lives> lives_of(const test::EventLog& events) {
  std::map<std::string, Lives> out;
  for (const auto& event : events.all(test::EventLog::topic("supervisor.module_state"))) {
    const std::string to = event.data.string_or("to", "");
    Lives& lives = out[event.data.string_or("module", "")];
    if (to == "starting") lives[event.generation].pid = event.data.int_or("pid", 0);
    if (to == "ready" && !lives[event.generation].ready_ms) lives[event.generation].ready_ms = event.time_ms;
  }
  return out;
}

}  // namespace

Aftermath aftermath(const std::vector<Kill>& kills, const test::EventLog& events) {
  std::map<std::string, Lives> modules = lives_of(events);
  std::set<std::pair<std::string, std::int64_t>> victims;
  for (const Kill& kill : kills) victims.emplace(kill.module, kill.pid);
  Aftermath out;
  for (const Kill& kill : kills) {
    const Lives& lives = modules[kill.module];
    const std::string who = kill.module + " (pid " + std::to_string(kill.pid) + ")";
    auto life = lives.begin();
    while (life != lives.end() && life->second.pid != kill.pid) ++life;
    if (life == lives.end()) {
      out.trouble.push_back("no event tells of the start of " + who);
      continue;
    }
    out.in_starting += life->second.ready_ms ? 0 : 1;
    const auto next = std::next(life);
    if (next == lives.end()) {
      out.trouble.push_back("nothing came after " + who);
    } else if (next->second.ready_ms) {
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
