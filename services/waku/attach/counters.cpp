#include "services/waku/attach/counters.h"

namespace status::waku::attach {

std::vector<std::pair<std::string, std::uint64_t>> Counters::list() const {
  return {{"attached", attached},
          {"node_lost", node_lost},
          {"polls", polls},
          {"polls_full", polls_full},
          {"subscribed", subscribed},
          {"messages_drained", messages_drained},
          {"messages_filled_in", messages_filled_in},
          {"messages_delivered", messages_delivered},
          {"messages_undelivered", messages_undelivered},
          {"messages_unreadable", messages_unreadable},
          {"wrong_hashes", wrong_hashes},
          {"fill_ins", fill_ins},
          {"fill_ins_failed", fill_ins_failed},
          {"store_pages", store_pages},
          {"published", published},
          {"publish_refused", publish_refused},
          {"sent", sent},
          {"propagation_timeouts", propagation_timeouts}};
}

}  // namespace status::waku::attach
