// The method of the call that this thread works on: what a stalled executor and an injected fault are named after.
#pragma once

#include <string_view>

namespace status::ipc {

class MethodScope {
 public:
  // The text outlives the scope. Scopes nest.
  explicit MethodScope(std::string_view method) : outer_(slot()) { slot() = method; }
  MethodScope(const MethodScope&) = delete;
  MethodScope& operator=(const MethodScope&) = delete;
  ~MethodScope() { slot() = outer_; }

  // Empty outside of any call.
  static std::string_view current() { return slot(); }

 private:
  static std::string_view& slot() {
    thread_local std::string_view method;
    return method;
  }

  std::string_view outer_;
};

}  // namespace status::ipc
