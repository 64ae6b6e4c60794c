#include "services/host/native/pending_calls.h"

#include <vector>

#include "ipc/base/cpu_scope.h"

namespace status::host::native {

Result<Token> PendingCalls::add(const char* function, MonotonicTime deadline, Done done) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() == kMost) {
    return fail(make_retryable(Code::resource_exhausted, "native.too_many_calls",
                               std::to_string(kMost) + " calls wait for the library already", 100));
  }
  const Token token = next_++;
  entries_.emplace(token, Entry{.function = function, .deadline = deadline, .done = std::move(done)});
  deadlines_.emplace(deadline, token);
  return token;
}

bool PendingCalls::still_wanted(Token token) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(token);
  if (found == entries_.end()) return false;
  if (found->second.done) return true;
  entries_.erase(found);
  return false;
}

bool PendingCalls::answered(Token token, Result<std::string> answer) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(token);
  if (found == entries_.end() || found->second.answer) {
    ++(token != 0 && token < next_ ? counters_.duplicate : counters_.unknown);
    return false;
  }
  Entry& entry = found->second;
  if (!entry.done) ++counters_.late;
  entry.answer = std::move(answer);
  return entry.returned.has_value();
}

bool PendingCalls::returned(Token token, bool accepted, std::chrono::nanoseconds cpu) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(token);
  if (found == entries_.end()) return false;
  Entry& entry = found->second;
  entry.returned = cpu;
  if (!accepted && !entry.answer) {
    entry.answer = fail(Code::internal, "native.library_error",
                        std::string(entry.function) + " was not accepted, and the library does not say why");
  }
  return entry.answer.has_value();
}

void PendingCalls::settle(Token token) {
  Done done;
  Result<std::string> answer;
  std::chrono::nanoseconds cpu{0};
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(token);
    if (found == entries_.end() || !found->second.answer) return;
    done = take_done(token, found->second);
    answer = std::move(*found->second.answer);
    cpu = found->second.returned.value_or(cpu);
    entries_.erase(found);
  }
  if (!done) return;
  const CpuScope scope(cpu);
  done(std::move(answer));
}

void PendingCalls::expire(MonotonicTime now) {
  std::vector<std::pair<const char*, Done>> expired;
  {
    const std::lock_guard lock(mutex_);
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const Token token = deadlines_.begin()->second;
      Entry& entry = entries_.at(token);
      expired.emplace_back(entry.function, take_done(token, entry));
    }
  }
  for (auto& [function, done] : expired) {
    done(fail(Code::deadline_exceeded, "native.deadline",
              std::string("the library has not answered ") + function + " in time"));
  }
}

std::optional<MonotonicTime> PendingCalls::next_deadline() const {
  const std::lock_guard lock(mutex_);
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

void PendingCalls::fail_all(const Error& error) {
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [token, entry] : entries_) {
      if (entry.done) waiting.push_back(take_done(token, entry));
    }
  }
  for (const Done& done : waiting) done(fail(error));
}

PendingCalls::Done PendingCalls::take_done(Token token, Entry& entry) {
  deadlines_.erase({entry.deadline, token});
  return std::exchange(entry.done, nullptr);
}

std::size_t PendingCalls::waiting() const {
  const std::lock_guard lock(mutex_);
  return deadlines_.size();
}

std::size_t PendingCalls::given_up() const {
  const std::lock_guard lock(mutex_);
  return entries_.size() - deadlines_.size();
}

PendingCalls::Counters PendingCalls::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace status::host::native
