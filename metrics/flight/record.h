// What a flight recorder keeps of one call, and of one step of a message. Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/error.h"
#include "ipc/wire/trace.h"

namespace status::metrics::flight {

enum class Side : std::uint8_t {
  answered,  // by this process
  made,      // by this process, to another
};

using SpanId = std::array<std::uint8_t, 8>;

// No payload and nothing from one: names, times, sizes.
struct Record {
  std::uint64_t number = 0;  // 1, 2, … within one process
  Side side = Side::answered;
  std::string method;            // "chat.send_message"
  std::string peer;              // who called, or whom it called
  std::optional<Code> code;      // empty: success
  std::uint64_t started_ns = 0;  // CLOCK_MONOTONIC: of the arrival, or of the sending
  std::uint64_t total_ns = 0;    // until the answer
  ipc::Trace trace;              // the call's own span
  SpanId parent{};               // of a call made: the span that it was made for; all zero: none
  // Nanoseconds by stage in the order of kStages (rpc_instruments.h). Of a call made they are the callee's own word;
  // unknown when it gave no answer.
  bool stages_known = false;
  std::array<std::uint64_t, 7> stages{};
  std::uint32_t request_bytes = 0;
  std::uint32_t response_bytes = 0;
};

// A message on its way: what custody.h says of each word. Of the message itself there is nothing but its names.
struct StepRecord {
  std::uint64_t number = 0;                // 1, 2, … within one process, apart from the calls
  std::string step;                        // "propagated"
  std::string holder;                      // the module that has to go on with it; empty: none of this node
  std::uint64_t at_ns = 0;                 // CLOCK_MONOTONIC
  std::array<std::uint8_t, 32> hash{};     // the network's name of it, whose first half is the trace of its delivery
  std::array<std::uint8_t, 16> message{};  // chat's name of it
  ipc::Trace during;                       // the call that it happened in; all zero: in none
};

}  // namespace status::metrics::flight
