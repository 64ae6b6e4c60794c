#include "tests/support/event_log.h"

#include <algorithm>

namespace status::test {
namespace {

constexpr std::uint32_t kPageEvents = 1'000;

}  // namespace

EventLog::EventLog(ipc::Client& client, const std::string& method, std::optional<std::string> cursor)
    : subscription_(client, {.method = method, .cursor = std::move(cursor), .max = kPageEvents},
                    [this](api::StreamReply page, const ipc::Subscription::Resume& resume) {
                      take(std::move(page));
                      resume();
                    }) {}

void EventLog::take(api::StreamReply page) {
  const auto now = std::chrono::steady_clock::now();  // before the wait for whoever looks through what there is
  const std::lock_guard lock(mutex_);
  lagged_ += page.lagged;
  resets_ += page.reset ? 1 : 0;
  std::move(page.events.begin(), page.events.end(), std::back_inserter(events_));
  arrived_.resize(events_.size(), now);
  grown_.notify_all();
}

std::optional<EventLog::Event> EventLog::wait_for(const Match& match, std::chrono::milliseconds patience,
                                                  std::size_t from) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  for (std::size_t next = from;;) {
    for (; next < events_.size(); ++next) {
      if (match(events_[next])) return events_[next];
    }
    if (!grown_.wait_until(lock, deadline, [&] { return events_.size() > next; })) return std::nullopt;
  }
}

bool EventLog::wait_for_count(std::size_t count, const Match& match, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  std::size_t found = 0;
  for (std::size_t next = 0;;) {
    for (; next < events_.size(); ++next) found += match(events_[next]) ? 1 : 0;
    if (found >= count) return true;
    if (!grown_.wait_until(lock, deadline, [&] { return events_.size() > next; })) return false;
  }
}

bool EventLog::wait_for_more(std::size_t seen, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return grown_.wait_for(lock, patience, [&] { return events_.size() > seen; });
}

std::size_t EventLog::size() const {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

std::vector<EventLog::Event> EventLog::all(const Match& match) const {
  const std::lock_guard lock(mutex_);
  std::vector<Event> out;
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(out), match);
  return out;
}

std::vector<EventLog::Arrival> EventLog::arrivals(const Match& match) const {
  const std::lock_guard lock(mutex_);
  std::vector<Arrival> out;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (match(events_[i])) out.push_back({events_[i], arrived_[i]});
  }
  return out;
}

std::uint64_t EventLog::lagged() const {
  const std::lock_guard lock(mutex_);
  return lagged_;
}

std::size_t EventLog::resets() const {
  const std::lock_guard lock(mutex_);
  return resets_;
}

EventLog::Match EventLog::topic(std::string name) {
  return [name = std::move(name)](const Event& event) { return event.topic == name; };
}

EventLog::Match EventLog::state(std::string module, std::string to, std::uint64_t after) {
  return [module = std::move(module), to = std::move(to), after](const Event& event) {
    return event.topic == "supervisor.module_state" && event.generation > after &&
           event.data.string_or("module", "") == module && event.data.string_or("to", "") == to;
  };
}

}  // namespace status::test
