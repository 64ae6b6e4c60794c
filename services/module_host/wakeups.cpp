#include "services/module_host/wakeups.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace status::module_host {
namespace {

using namespace std::chrono_literals;

// How soon a dispatcher that had no room for a turn is asked again. It takes one after each call by itself.
constexpr std::chrono::nanoseconds kAskAgain = 10ms;
// How often a turn under way is looked at.
constexpr std::chrono::nanoseconds kLook = 1s;

}  // namespace

Wakeups::Wakeups(Callbacks callbacks)
    : callbacks_(std::move(callbacks)),
      signal_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { loop(); }) {}

Wakeups::~Wakeups() { stop(); }

void Wakeups::signal() const {
  const std::uint64_t one = 1;
  while (::write(signal_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void Wakeups::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(wanted_, true)) return;
  }
  signal();
}

void Wakeups::watch(int descriptor) {
  {
    const std::lock_guard lock(mutex_);
    descriptor_ = descriptor;
  }
  signal();
}

void Wakeups::turn_begins() { turn_since_ns_ = monotonic_ns(); }

void Wakeups::turn_ends() {
  turn_since_ns_ = 0;
  {
    const std::lock_guard lock(mutex_);
    posted_ = false;
  }
  signal();
}

void Wakeups::next(std::optional<MonotonicTime> due) {
  {
    const std::lock_guard lock(mutex_);
    const bool earlier = due && (!due_ || *due < *due_);
    due_ = due;
    if (!earlier || posted_) return;
  }
  signal();
}

void Wakeups::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  signal();
  if (thread_.joinable()) thread_.join();
}

std::optional<std::chrono::nanoseconds> Wakeups::patience(MonotonicTime now) const {
  if (posted_) return kLook;
  if (refused_) return kAskAgain;
  if (!due_) return std::nullopt;
  return std::max<std::chrono::nanoseconds>(*due_ - now, 0ns);
}

bool Wakeups::take_due(MonotonicTime now) {
  if (posted_ || !(wanted_ || (due_ && *due_ <= now))) return false;
  wanted_ = false;
  if (due_ && *due_ <= now) due_.reset();
  return posted_ = true;
}

void Wakeups::wait() {
  std::array<pollfd, 2> places = {pollfd{signal_.get(), POLLIN, 0}, pollfd{-1, POLLIN, 0}};
  timespec time{};
  const timespec* limit = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!posted_ && !refused_) places[1].fd = descriptor_;
    if (wanted_ && !posted_ && !refused_) return;
    if (const auto left = patience(std::chrono::steady_clock::now())) {
      time = {.tv_sec = *left / 1s, .tv_nsec = *left % 1s / 1ns};
      limit = &time;
    }
  }
  if (::ppoll(places.data(), places.size(), limit, nullptr) <= 0) return;
  std::uint64_t count = 0;
  if (places[0].revents != 0) (void)!::read(signal_.get(), &count, sizeof count);
  if (places[1].revents == 0) return;
  const std::lock_guard lock(mutex_);
  if ((places[1].revents & POLLNVAL) != 0 && descriptor_ == places[1].fd) {
    descriptor_ = -1;  // closed, and not taken away
  } else {
    wanted_ = true;
  }
}

void Wakeups::loop() {
  ::pthread_setname_np(::pthread_self(), "wakeups");
  bool told = false;
  while (true) {
    wait();
    bool turn = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      refused_ = false;
      turn = take_due(std::chrono::steady_clock::now());
    }
    if (turn && !callbacks_.post_turn()) {
      const std::lock_guard lock(mutex_);
      posted_ = false;
      wanted_ = refused_ = true;
    }
    if (!told && stall_.look(turn_since_ns_, monotonic_ns()) > kLongestTurn) {
      told = true;
      callbacks_.stuck();
    }
  }
}

}  // namespace status::module_host
