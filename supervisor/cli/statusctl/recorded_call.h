// A call as the flight recorders of both its ends have it. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ipc/base/value.h"

namespace status::cli {

// The stages of a call, and their keys in what `supervisor.flight` gives, in the order in which a call goes through them.
inline constexpr std::array<std::pair<const char*, const char*>, 7> kStageKeys = {{{"send", "send_ns"},
                                                                                   {"queue", "queue_ns"},
                                                                                   {"handler", "handler_ns"},
                                                                                   {"persist", "persist_ns"},
                                                                                   {"backend", "backend_ns"},
                                                                                   {"other", "other_ns"},
                                                                                   {"reply", "reply_ns"}}};

struct RecordedCall {
  std::string module;  // that answers
  std::string caller;
  std::string method;
  std::string code;
  std::string trace;
  std::string span;
  std::string parent;
  std::int64_t time_ms = 0;  // Unix
  std::uint64_t begin = 0;   // CLOCK_MONOTONIC, nanoseconds, as the next ones
  std::uint64_t total = 0;
  std::array<std::uint64_t, kStageKeys.size()> stages{};
  bool known = false;  // the stages are
};

// `records`: a list of what `supervisor.flight` gives. One for each call, by its beginning. The caller's record says
// more, when there are both: it has the ways, and it is there when the callee died.
std::vector<RecordedCall> recorded_calls(const Value::Array& records);

}  // namespace status::cli
