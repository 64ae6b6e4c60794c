#include "supervisor/gateway/rows.h"

#include <algorithm>

namespace status::gateway {
namespace {

// When no attempt is planned but one will be: a requirement is missing, or it is starting already.
constexpr std::int64_t kSoonMs = 100;

Error unavailable(const Row& row, std::int64_t now_ms, std::string reason, std::string message) {
  Error error = make_error(Code::unavailable, std::move(reason), std::move(message));
  error.retryable = row.state != "stopped";
  if (error.retryable) {
    const std::int64_t wait =
        row.next_attempt_ms == 0 ? kSoonMs : std::max(row.next_attempt_ms - now_ms, std::int64_t{1});
    error.retry_after_ms = static_cast<std::uint32_t>(std::min(wait, std::int64_t{UINT32_MAX}));
  }
  error.details = Value::map({{"state", row.state}, {"generation", row.generation}});
  if (row.next_attempt_ms != 0) error.details.set("next_attempt_ms", row.next_attempt_ms);
  return error;
}

std::string in_state(const Row& row) {
  std::string text = "`" + row.state + "`";
  if (!row.why.empty()) text += " (" + row.why + ")";
  return text;
}

}  // namespace

bool is_up(const Row& row) { return row.state == "ready" || row.state == "degraded"; }

bool has_process(const Row& row) { return is_up(row) || row.state == "draining" || row.state == "paused"; }

Error not_running(const Row& row, std::int64_t now_ms) {
  const std::string text = is_up(row) ? "no connection to " + row.name + ", which is " : row.name + " is ";
  return unavailable(row, now_ms, "supervisor.not_running", text + in_state(row));
}

Error died_meanwhile(const Row& row, std::int64_t now_ms) {
  return unavailable(row, now_ms, "supervisor.module_died",
                     row.name + " went away during the call; it is " + in_state(row));
}

}  // namespace status::gateway
