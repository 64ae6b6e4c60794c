#include "services/host/store/store_time.h"

#include <utility>

namespace status::store {
namespace {

// Per thread because the database is reached through layers that do not know which call they serve.
thread_local TimeObserver* current_observer = nullptr;

}  // namespace

std::string_view to_word(Operation operation) {
  constexpr std::string_view kWords[kOperations] = {"read", "write", "commit"};
  return kWords[static_cast<std::size_t>(operation)];
}

ScopedTimeObserver::ScopedTimeObserver(TimeObserver& observer) : outer_(std::exchange(current_observer, &observer)) {}
ScopedTimeObserver::~ScopedTimeObserver() { current_observer = outer_; }
TimeObserver* ScopedTimeObserver::current() { return current_observer; }

TimedOperation::~TimedOperation() {
  if (current_observer == nullptr && also_ == nullptr) return;
  const std::chrono::nanoseconds spent = std::chrono::steady_clock::now() - start_;
  if (current_observer != nullptr) current_observer->database_time(operation_, spent);
  if (also_ != nullptr) also_->database_time(operation_, spent);
}

}  // namespace status::store
