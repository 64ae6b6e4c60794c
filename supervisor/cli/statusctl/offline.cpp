#include "supervisor/cli/statusctl/offline.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/cli/statusctl/session.h"

namespace status::cli {
namespace {

constexpr std::string_view kArrow = " → ";

bool is_state(std::string_view word) {
  constexpr std::string_view kStates[] = {"stopped",  "starting", "ready",  "degraded",
                                          "draining", "backoff",  "failed", "paused"};
  return std::ranges::find(kStates, word) != std::end(kStates);
}

// "starting → ready (generation 3, pid 4711): ready"; the parentheses are missing where there is no process.
std::optional<Value> transition_of(const Value& line) {
  const std::string text = line.string_or("message", "");
  const std::size_t arrow = text.find(kArrow);
  if (arrow == std::string::npos || !is_state(text.substr(0, arrow))) return std::nullopt;
  const std::string rest = text.substr(arrow + kArrow.size());
  const std::string to = rest.substr(0, rest.find_first_of(" :"));
  const std::size_t colon = rest.find(": ");
  if (!is_state(to) || colon == std::string::npos) return std::nullopt;
  return Value::map({{"time_ms", line.int_or("time_ms", 0)},
                     {"generation", line.uint_or("generation", 0)},
                     {"module", line.string_or("module", "")},
                     {"from", text.substr(0, arrow)},
                     {"to", to},
                     {"cause", rest.substr(colon + 2)}});
}

}  // namespace

std::int64_t running_statusd(const NodePlace& place) {
  const std::string path = place.data_dir + "/lock";
  std::ifstream text(path);
  std::int64_t pid = 0;
  // Of a dead holder the lock is not even looked at: a statusd that starts this moment must find it free.
  if (!(text >> pid) || pid <= 0 || (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH)) return 0;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const bool held = file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  return held ? pid : 0;
}

Value::Array logged_transitions(const NodePlace& place, const std::string& module, std::size_t count) {
  Value::Array found;
  for (const char* name : {"/statusd.log.1", "/statusd.log"}) {
    std::ifstream file(place.logs() + name);
    for (std::string text; std::getline(file, text);) {
      // Most lines are not parsed.
      if (text.find(kArrow) == std::string::npos || text.find(module) == std::string::npos) continue;
      const Result<Value> line = parse_json(text);
      if (!line || line->string_or("module", "") != module) continue;
      if (auto transition = transition_of(*line)) found.push_back(std::move(*transition));
    }
  }
  if (found.size() > count) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(count));
  return found;
}

}  // namespace status::cli
