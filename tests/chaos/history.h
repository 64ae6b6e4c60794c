// What the clients of a log saw, and whether the log explains it. The model is a log that is appended to: every
// operation takes effect at one moment between its call and its answer (Herlihy and Wing: linearizability). The order
// of the effects is known, it is the log itself in the end, so that the check is exact and costs no search. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace status::chaos {

// Nanoseconds of one clock.
using Moment = std::uint64_t;

struct Append {
  std::string text;  // different from all others
  Moment called = 0;
  std::optional<Moment> answered;  // nothing: its client does not know whether it took effect
};

// The newest entries at some moment between the call and the answer, oldest first: how many is the reader's choice.
struct Read {
  std::vector<std::string> tail;
  Moment called = 0;
  Moment answered = 0;
};

struct History {
  std::vector<Append> appends;
  std::vector<Read> reads;

  void add(const History& more);
};

struct Violations {
  std::uint64_t lost = 0;              // acknowledged, and not in the log
  std::uint64_t doubled = 0;           // in the log more than once
  std::uint64_t foreign = 0;           // in the log, and nobody appended it
  std::uint64_t reordered = 0;         // behind an append that was called after its acknowledgement
  std::uint64_t torn = 0;              // read as neighbours, which they are not in the log
  std::uint64_t stale = 0;             // a read that misses what was acknowledged, or read by somebody, before its call
  std::uint64_t early = 0;             // a read of what was appended only after its answer
  std::vector<std::string> explained;  // the first of each kind, for people

  std::uint64_t total() const { return lost + doubled + foreign + reordered + torn + stale + early; }
};

// `log`: what is there in the end, oldest first.
Violations check(const History& history, const std::vector<std::string>& log);

}  // namespace status::chaos
