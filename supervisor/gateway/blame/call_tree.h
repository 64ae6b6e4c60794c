// Where the time of front ends' calls went, put together from the flight records of all processes: a call of a front
// end, the gateway's call to a module, and the calls that each module made for it. Pure; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/flight/record.h"

namespace status::gateway {

// A part of a call's time that one stage of one module had.
struct TimeShare {
  std::string module;
  // A word of the closed set (ARCHITECTURE.md section 7), or "unknown": there was no answer that would say.
  std::string_view stage;
  std::uint64_t ns = 0;
};

// A front end's call and all of its time.
struct ExplainedCall {
  std::string method;
  std::string caller;
  std::optional<Code> code;
  ipc::Trace trace;
  std::uint64_t ended_ns = 0;  // CLOCK_MONOTONIC
  std::uint64_t total_ns = 0;
  std::vector<TimeShare> shares;  // they add up to the total
};

class CallTrees {
 public:
  // What `module` recorded. First those of the gateway up to some moment, then those of the others up to a later one:
  // what a call consists of is there then when its answer is.
  void add(const std::string& module, const metrics::flight::Record& record);
  // The calls that are over. One whose parts are not all there is waited for a second.
  std::vector<ExplainedCall> take(std::uint64_t now_ns);

 private:
  using Key = std::array<std::uint8_t, 24>;  // trace id and span id
  static Key key_of(const ipc::Trace& trace, const metrics::flight::SpanId& span);
  // What a module was busy with, by its own word: a call, from when it no longer waited for its turn.
  struct Service {
    std::uint64_t begin_ns = 0;
    std::uint64_t end_ns = 0;
    std::array<std::uint64_t, 7> stages{};
  };

  void explain(const metrics::flight::Record& made, std::uint64_t ns, int depth, std::vector<TimeShare>& out);
  // `ns` that a call waited for its turn: what the module was busy with meanwhile, and the rest.
  void spread_queue(const metrics::flight::Record& made, std::uint64_t ns, std::vector<TimeShare>& out) const;
  void forget_before(std::uint64_t ns);

  std::vector<metrics::flight::Record> roots_;                // answered by the gateway, not yet explained
  std::map<Key, metrics::flight::Record> forwarded_;          // by the gateway, by the call's own span
  std::map<Key, std::vector<metrics::flight::Record>> made_;  // by the others, by the span that they were made for
  std::map<std::string, std::deque<Service>, std::less<>> served_;  // by module, in the order of their ends
};

}  // namespace status::gateway
