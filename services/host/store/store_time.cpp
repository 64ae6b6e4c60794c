#include "services/host/store/store_time.h"

#include "ipc/base/stage_clock.h"

namespace status::store {

std::string_view to_word(Operation operation) {
  constexpr std::string_view kWords[kOperations] = {"read", "write", "commit"};
  return kWords[static_cast<std::size_t>(operation)];
}

TimedOperation::~TimedOperation() {
  StageTotals* call = StageScope::current();
  if (call == nullptr && observer_ == nullptr) return;
  const std::chrono::nanoseconds spent = std::chrono::steady_clock::now() - start_;
  if (call != nullptr) call->persist_ns += static_cast<std::uint64_t>(spent.count());
  if (observer_ != nullptr) observer_->database_time(operation_, spent);
}

}  // namespace status::store
