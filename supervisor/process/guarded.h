// Callbacks that die with their owner. One thread.
#pragma once

#include <memory>
#include <utility>

namespace status::supervisor {

// An asynchronous operation that completed just before its owner is destroyed still has its handler queued. A handler
// wrapped here does nothing once the guard is gone. Make it the last member of the owner.
class Guard {
 public:
  template <class Handler>
  auto wrap(Handler handler) const {
    return [alive = std::weak_ptr<char>(token_), handler = std::move(handler)](auto&&... arguments) mutable {
      if (!alive.expired()) handler(std::forward<decltype(arguments)>(arguments)...);
    };
  }
  // For a handler that may destroy the owner itself and has to know.
  std::weak_ptr<char> watch() const { return token_; }

 private:
  std::shared_ptr<char> token_ = std::make_shared<char>();
};

}  // namespace status::supervisor
