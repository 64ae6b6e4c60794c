#include "supervisor/tree/liveness.h"

#include <algorithm>

#include "ipc/base/words.h"

namespace status::supervisor {

milliseconds Liveness::Lapse::length(MonotonicTime now) const {
  return since ? std::chrono::duration_cast<milliseconds>(now - *since) : milliseconds(0);
}

std::string Liveness::Lapse::text(MonotonicTime now) const {
  const std::string out = std::to_string(length(now).count()) + " ms";
  return starved.count() == 0 ? out : out + ", " + std::to_string(starved.count()) + " of them without a CPU";
}

void Liveness::pong(const ipc::control::Pong& pong, MonotonicTime now) {
  if (!waiting_.since || pong.n != last_ping_) return;
  waiting_.end();
  heard_ = true;
  const bool stalled = pong.queued > 0 && pong.oldest_overrun_ms > 0 && pong.completed == last_.completed;
  if (!stalled) {
    stalled_.end();
  } else if (!stalled_.since) {
    stalled_.begin(now);
  }
  last_ = pong;
}

Liveness::Verdict Liveness::tick(MonotonicTime now, milliseconds starved) {
  if (last_tick_ && now - *last_tick_ > kSlowAfter + limits_.ping_interval) {
    // statusd was stopped, or the machine was: the answers may be waiting to be read.
    const auto lost = now - *last_tick_;
    waiting_.excuse(lost);
    stalled_.excuse(lost);
  } else {
    if (waiting_.since) waiting_.starved += starved;
    if (stalled_.since) stalled_.starved += starved;
  }
  last_tick_ = now;
  Verdict verdict = judge(now);
  if (!waiting_.since && (!sent_at_ || now - *sent_at_ >= limits_.ping_interval)) {
    sent_at_ = now;
    waiting_.begin(now);
    verdict.ping = ++last_ping_;
  }
  return verdict;
}

Liveness::Verdict Liveness::judge(MonotonicTime now) const {
  Verdict verdict;
  if (waiting_.length(now) >= std::min(kSlowAfter, limits_.hang_limit)) {
    verdict.health = waiting_.counted(now) >= limits_.hang_limit ? Health::hung : Health::slow;
    verdict.why = "no answer to ping for " + waiting_.text(now);
  } else if (stalled_.counted(now) >= limits_.hang_limit) {
    verdict.health = Health::hung;
    verdict.why = std::to_string(last_.queued) + " calls are queued and none has completed for " + stalled_.text(now) +
                  "; the oldest is " + in_quotes(last_.oldest);
  } else if (last_.oldest_overrun_ms >= static_cast<std::uint64_t>(kSlowAfter.count())) {
    verdict.health = Health::slow;
    verdict.why = in_quotes(last_.oldest) + " is " + std::to_string(last_.oldest_overrun_ms) + " ms past its deadline";
  } else if (!heard_) {
    verdict.health = Health::slow;
    verdict.why = "it has not answered since statusd was replaced";
  }
  return verdict;
}

}  // namespace status::supervisor
