// Who has a message: the words of its way through a node, and the end at which a process records them.
//
// A message that is sent passes accepted → encrypted → handed_to_waku → propagated → stored → acknowledged; one that
// comes passes received → handed_to_chat → decrypted → committed. Two other ends of the latter: `refused` (it could not
// be read; the reader is told) and `passed_over` (it is here already, or is nobody's here). Each step is recorded by the
// module that did it, and says which module has to do the next one. Who records a step before it is durable records
// anew where it stands when that fails; after a death it comes again by itself.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ipc/base/bytes.h"
#include "metrics/flight/recorder.h"
#include "metrics/registry.h"

namespace status::metrics {

enum class Step : std::uint8_t {
  accepted,        // of a front end
  encrypted,       // for the peer, and stored
  handed_to_waku,  // which has stored it
  propagated,      // at least one node has taken it over
  stored,          // another node keeps it for those who are away
  given_up,        // by waku: in ten minutes no node has stored it; chat sends it again
  acknowledged,    // by the peer: the end
  received,        // from another node, and stored
  handed_to_chat,
  decrypted,
  committed,    // what it says is stored: the end, as the next two
  refused,      // it is of no use, and stored as such
  passed_over,  // nothing in it is new, or it is not chat's
};
inline constexpr std::array<std::string_view, 13> kSteps = {
    "accepted", "encrypted",      "handed_to_waku", "propagated", "stored",  "given_up",   "acknowledged",
    "received", "handed_to_chat", "decrypted",      "committed",  "refused", "passed_over"};
constexpr std::string_view to_word(Step step) { return kSteps[static_cast<std::size_t>(step)]; }

// What a message is called. Either may be empty; what is longer is cut.
struct MessageNames {
  ByteView hash = {};  // the network's, 32 bytes
  ByteView id = {};    // chat's, 16 bytes
};

// A handle, cheap to copy; the one that is made without anything records nothing. Any thread; some 0.1 µs a step.
class CustodyLog {
 public:
  CustodyLog() = default;
  // The registry outlives every copy.
  CustodyLog(Registry& registry, std::string module);

  // From now on each step is kept there, too. Once, before the first; the recorder outlives this.
  void keep_flights(flight::Recorder& recorder);

  // The step is done, and this module has to go on. `at_ns` (CLOCK_MONOTONIC; 0: now) for what is recorded once it is
  // durable. The call that this thread works on is recorded as well; this holds for the next two, too.
  void note(Step step, const MessageNames& message, std::uint64_t at_ns = 0) const;
  // The module `to` has to go on.
  void hand_over(Step step, const MessageNames& message, std::string_view to, std::uint64_t at_ns = 0) const {
    record(step, message, to, at_ns);
  }
  // No module of this node has to go on.
  void end(Step step, const MessageNames& message) const { record(step, message, {}, 0); }

 private:
  void record(Step step, const MessageNames& message, std::string_view holder, std::uint64_t at_ns) const;

  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace status::metrics
