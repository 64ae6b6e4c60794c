#include "services/host/store/store_time.h"

namespace status::store {

std::string_view to_word(Operation operation) {
  constexpr std::string_view kWords[kOperations] = {"read", "write", "commit"};
  return kWords[static_cast<std::size_t>(operation)];
}

TimedOperation::~TimedOperation() {
  if (observer_ != nullptr) observer_->database_time(operation_, std::chrono::steady_clock::now() - start_);
}

}  // namespace status::store
