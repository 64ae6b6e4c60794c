#include "supervisor/gateway/lost_calls.h"

namespace status::gateway {

bool LostCalls::known_dead(const Lost& lost) {
  const std::shared_ptr<const Row> row = lost.route->row();
  return !is_up(*row) || row->generation != lost.generation;
}

void LostCalls::answer(const Lost& lost) const {
  const std::shared_ptr<const Row> row = lost.route->row();
  lost.call->fail(lost.sent ? died_meanwhile(*row, clock_.unix_ms()) : not_running(*row, clock_.unix_ms()));
}

template <class Ready>
void LostCalls::answer_if(Ready ready) {
  std::list<Waiting> out;
  {
    std::lock_guard lock(mutex_);
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      const auto next = std::next(it);
      if (ready(*it)) out.splice(out.end(), waiting_, it);
      it = next;
    }
  }
  for (const Waiting& each : out) answer(each.lost);
}

void LostCalls::add(Lost lost) {
  {
    std::lock_guard lock(mutex_);
    if (!known_dead(lost)) {
      const MonotonicTime until = std::chrono::steady_clock::now() + kPatience;
      waiting_.push_back({std::move(lost), until});
      timers_.schedule(
          until, [this, until] { answer_if([until](const Waiting& waiting) { return waiting.until <= until; }); });
      return;
    }
  }
  answer(lost);
}

void LostCalls::row_changed(const Route& route) {
  answer_if(
      [&route](const Waiting& waiting) { return waiting.lost.route.get() == &route && known_dead(waiting.lost); });
}

void LostCalls::close() {
  answer_if([](const Waiting&) { return true; });
}

}  // namespace status::gateway
