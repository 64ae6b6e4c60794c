#include "ipc/client/dialer.h"

#include <algorithm>

#include "ipc/nng/error.h"

namespace status::ipc {
namespace {

// Of all outcomes; NNG counts each by itself.
std::uint64_t attempts_of(nng_dialer dialer) {
  nng_stat* all = nullptr;
  if (nng_stats_get(&all) != 0) return 0;
  std::uint64_t sum = 0;
  if (nng_stat* mine = nng_stat_find_dialer(all, dialer); mine != nullptr) {
    for (nng_stat* stat = nng_stat_child(mine); stat != nullptr; stat = nng_stat_next(stat)) {
      if (nng_stat_type(stat) == NNG_STAT_COUNTER) sum += nng_stat_value(stat);
    }
  }
  nng_stats_free(all);
  return sum;
}

}  // namespace

Status Dialer::start(nng_socket socket, std::string url, std::chrono::milliseconds pause_max) {
  std::lock_guard lock(mutex_);
  socket_ = socket;
  url_ = std::move(url);
  nng_socket_set_ms(socket_, NNG_OPT_RECONNMAXT, static_cast<nng_duration>(pause_max.count()));
  arm_locked();
  return dial_locked();
}

Status Dialer::dial_locked() {
  attempts_ = 0;
  if (const int rv = nng_dial(socket_, url_.c_str(), &dialer_, NNG_FLAG_NONBLOCK); rv != 0) {
    return fail(nng_error(rv, "dial " + url_));
  }
  return {};
}

void Dialer::connected() {
  std::lock_guard lock(mutex_);
  if (timer_) timers_.cancel(*timer_);
  timer_.reset();
  patience_ = kFirstPatience;
}

void Dialer::disconnected() {
  std::lock_guard lock(mutex_);
  if (!timer_) arm_locked();
}

void Dialer::arm_locked() {
  timer_ = timers_.schedule(std::chrono::steady_clock::now() + patience_, [this] { look(); });
}

void Dialer::look() {
  std::lock_guard lock(mutex_);
  if (!timer_) return;      // connected just now
  timers_.cancel(*timer_);  // and lost again
  const std::uint64_t attempts = attempts_of(dialer_);
  if (std::exchange(attempts_, attempts) != attempts) {
    patience_ = kFirstPatience;
  } else {
    patience_ = std::min(2 * patience_, kLastPatience);
    rest_locked();
    (void)dial_locked();  // one that cannot be made is silent, too
  }
  arm_locked();
}

void Dialer::rest() {
  std::lock_guard lock(mutex_);
  rest_locked();
}

void Dialer::rest_locked() {
  constexpr nng_duration kNever = 24 * 3'600 * 1'000;
  for (const char* pause : {NNG_OPT_RECONNMAXT, NNG_OPT_RECONNMINT}) nng_dialer_set_ms(dialer_, pause, kNever);
}

}  // namespace status::ipc
