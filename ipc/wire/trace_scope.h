// The trace of the call that this thread works on: what log lines carry and what calls made on its behalf pass on.
#pragma once

#include "ipc/wire/trace.h"

namespace status::ipc {

class TraceScope {
 public:
  // `trace` may be null (no trace) and must outlive the scope. Scopes nest.
  explicit TraceScope(const Trace* trace) : outer_(slot()) { slot() = trace; }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;
  ~TraceScope() { slot() = outer_; }

  // Null outside of any call.
  static const Trace* current() { return slot(); }

 private:
  static const Trace*& slot() {
    thread_local const Trace* trace = nullptr;
    return trace;
  }

  const Trace* outer_;
};

}  // namespace status::ipc
