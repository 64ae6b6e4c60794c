#include "services/waku/mesh/counters.h"

namespace status::waku::mesh {

std::vector<std::pair<std::string, std::uint64_t>> Counters::list() const {
  std::vector<std::pair<std::string, std::uint64_t>> out = {
      {"links_opened", links_opened},
      {"dials", dials},
      {"closed_by_peer", closed_by_peer},
      {"messages_received", messages_received},
      {"messages_duplicate", messages_duplicate},
      {"messages_rejected", messages_rejected},
      {"messages_forwarded", messages_forwarded},
      {"messages_published", messages_published},
      {"messages_delivered", messages_delivered},
      {"messages_undelivered", messages_undelivered},
      {"messages_caught_up", messages_caught_up},
      {"propagated", propagated},
      {"sent", sent},
      {"propagation_timeouts", propagation_timeouts},
      {"rejected_by_peer", rejected_by_peer},
      {"throttled", throttled},
      {"frames_unknown", frames_unknown},
      {"pages_served", pages_served},
      {"pages_fetched", pages_fetched},
      {"queries_served", queries_served},
      {"archive_errors", archive_errors},
  };
  for (std::size_t i = 0; i < closed.size(); ++i) {
    out.emplace_back("closed_" + std::string(to_word(static_cast<CloseReason>(i))), closed[i]);
  }
  return out;
}

}  // namespace status::waku::mesh
