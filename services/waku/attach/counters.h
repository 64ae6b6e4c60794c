// What the attach backend counts. Written and read on its thread only.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace status::waku::attach {

struct Counters {
  std::uint64_t attached = 0;    // times that the node was found and understood
  std::uint64_t node_lost = 0;   // times that it stopped answering, or began anew
  std::uint64_t polls = 0;       // looks at a cache of the node
  std::uint64_t polls_full = 0;  // those that found it full: it may have dropped some
  std::uint64_t subscribed = 0;  // subscriptions made at the node, again after its restarts

  std::uint64_t messages_drained = 0;      // out of the node's caches, own ones included
  std::uint64_t messages_filled_in = 0;    // new to us, from the store
  std::uint64_t messages_delivered = 0;    // handed to the service
  std::uint64_t messages_undelivered = 0;  // ephemeral ones that the service had no room for
  std::uint64_t messages_unreadable = 0;   // in answers, not understood
  std::uint64_t wrong_hashes = 0;          // in answers: the hash is not that of the message
  std::uint64_t fill_ins = 0;              // completed comparisons with the store
  std::uint64_t fill_ins_failed = 0;
  std::uint64_t store_pages = 0;

  std::uint64_t published = 0;  // messages that the node took
  std::uint64_t publish_refused = 0;
  std::uint64_t sent = 0;
  std::uint64_t propagation_timeouts = 0;

  std::vector<std::pair<std::string, std::uint64_t>> list() const;
};

}  // namespace status::waku::attach
