#include "supervisor/tree/liveness.h"

#include <algorithm>

#include "ipc/base/words.h"

namespace status::supervisor {
namespace {

milliseconds since(MonotonicTime start, MonotonicTime now) {
  return std::chrono::duration_cast<milliseconds>(now - start);
}

}  // namespace

void Liveness::pong(const ipc::control::Pong& pong, MonotonicTime now) {
  if (!waiting_since_ || pong.n != last_ping_) return;
  waiting_since_.reset();
  const bool stalled = pong.queued > 0 && pong.oldest_overrun_ms > 0 && pong.completed == last_.completed;
  if (!stalled) {
    stalled_since_.reset();
  } else if (!stalled_since_) {
    stalled_since_ = now;
  }
  last_ = pong;
}

Liveness::Verdict Liveness::tick(MonotonicTime now) {
  if (last_tick_ && now - *last_tick_ > kSlowAfter + limits_.ping_interval) {
    // statusd was stopped, or the machine was: the answers may be waiting to be read.
    const auto lost = now - *last_tick_;
    if (waiting_since_) *waiting_since_ += lost;
    if (stalled_since_) *stalled_since_ += lost;
  }
  last_tick_ = now;
  Verdict verdict = judge(now);
  if (!waiting_since_ && (!sent_at_ || now - *sent_at_ >= limits_.ping_interval)) {
    sent_at_ = waiting_since_ = now;
    verdict.ping = ++last_ping_;
  }
  return verdict;
}

Liveness::Verdict Liveness::judge(MonotonicTime now) const {
  Verdict verdict;
  const milliseconds silent = waiting_since_ ? since(*waiting_since_, now) : milliseconds(0);
  const milliseconds stalled = stalled_since_ ? since(*stalled_since_, now) : milliseconds(0);
  if (silent >= std::min(kSlowAfter, limits_.hang_limit)) {
    verdict.health = silent >= limits_.hang_limit ? Health::hung : Health::slow;
    verdict.why = "no answer to ping for " + std::to_string(silent.count()) + " ms";
  } else if (stalled >= limits_.hang_limit) {
    verdict.health = Health::hung;
    verdict.why = std::to_string(last_.queued) + " calls are queued and none has completed for " +
                  std::to_string(stalled.count()) + " ms; the oldest is " + in_quotes(last_.oldest);
  } else if (last_.oldest_overrun_ms >= static_cast<std::uint64_t>(kSlowAfter.count())) {
    verdict.health = Health::slow;
    verdict.why = in_quotes(last_.oldest) + " is " + std::to_string(last_.oldest_overrun_ms) + " ms past its deadline";
  }
  return verdict;
}

}  // namespace status::supervisor
