#include "supervisor/gateway/blame/call_tree.h"

#include <algorithm>
#include <utility>

#include "ipc/wire/envelope.h"
#include "metrics/rpc_instruments.h"
#include "supervisor/gateway/readdress.h"
#include "supervisor/gateway/rows.h"

namespace status::gateway {
namespace {

using metrics::flight::Record;
using metrics::flight::Side;

constexpr std::string_view kUnknown = "unknown";
constexpr std::string_view kHandler = "handler";
// Positions in kStages.
constexpr std::size_t kSend = 0;
constexpr std::size_t kQueue = 1;
constexpr std::size_t kOther = 5;
constexpr std::uint64_t kPatienceNs = 1'000'000'000;          // for the parts of a call
constexpr std::uint64_t kLongestNs = 121ULL * 1'000'000'000;  // past any deadline
constexpr std::size_t kMostMade = 100'000;
constexpr std::size_t kMostServed = 8'000;  // of a module
constexpr int kDeepest = 16;

std::uint64_t ended(const Record& record) { return record.started_ns + record.total_ns; }

std::uint64_t part_of(std::uint64_t whole, std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0
                  : static_cast<std::uint64_t>(static_cast<double>(whole) * static_cast<double>(part) /
                                               static_cast<double>(all));
}

}  // namespace

CallTrees::Key CallTrees::key_of(const ipc::Trace& trace, const metrics::flight::SpanId& span) {
  Key key{};
  std::ranges::copy(trace.trace_id, key.begin());
  std::ranges::copy(span, key.begin() + trace.trace_id.size());
  return key;
}

void CallTrees::add(const std::string& module, const Record& record) {
  if (module == kOwnRow) {
    // A stream's poll waits by design, and so do files on their way: neither is a latency.
    if (record.side == Side::answered && !is_poll(record.method)) roots_.push_back(record);
    if (record.side == Side::made) forwarded_[key_of(record.trace, record.trace.span_id)] = record;
  } else if (record.side == Side::made && record.parent != metrics::flight::SpanId{}) {
    made_[key_of(record.trace, record.parent)].push_back(record);
  } else if (record.side == Side::answered && record.stages_known) {
    std::deque<Service>& served = served_[module];
    const std::uint64_t waited = std::min(record.stages[kQueue], record.total_ns);
    Service service{record.started_ns + waited, ended(record), record.stages};
    for (std::uint64_t& stage : service.stages) stage = std::min(stage, record.total_ns - waited);
    served.push_back(service);
    if (served.size() > kMostServed) served.pop_front();
  }
}

std::vector<ExplainedCall> CallTrees::take(std::uint64_t now_ns) {
  std::vector<ExplainedCall> out;
  std::vector<Record> waiting;
  for (Record& root : roots_) {
    const auto forwarded = forwarded_.find(key_of(root.trace, root.trace.span_id));
    const bool own = ipc::module_of(root.method) == "supervisor";
    if (!own && forwarded == forwarded_.end() && ended(root) + kPatienceNs > now_ns) {
      waiting.push_back(std::move(root));
      continue;
    }
    ExplainedCall call;
    call.method = root.method;
    call.caller = root.peer;
    call.code = root.code;
    call.trace = root.trace;
    call.ended_ns = ended(root);
    call.total_ns = root.total_ns;
    std::uint64_t elsewhere = 0;
    if (forwarded != forwarded_.end()) {
      elsewhere = std::min(forwarded->second.total_ns, root.total_ns);
      explain(forwarded->second, elsewhere, 0, call.shares);
      forwarded_.erase(forwarded);
    }
    if (root.total_ns > elsewhere) call.shares.push_back({std::string(kOwnRow), kHandler, root.total_ns - elsewhere});
    out.push_back(std::move(call));
  }
  roots_ = std::move(waiting);
  if (now_ns > kLongestNs) forget_before(now_ns - kLongestNs);
  return out;
}

// `ns` of a call that was made go to the stages of its callee, in proportion; what that waited for others, to them.
void CallTrees::explain(const Record& made, std::uint64_t ns, int depth, std::vector<TimeShare>& out) {
  std::uint64_t known = 0;
  for (const std::uint64_t stage : made.stages) known += std::min(stage, made.total_ns);
  if (!made.stages_known || made.total_ns == 0) {
    out.push_back({made.peer, kUnknown, ns});
    return;
  }
  const std::uint64_t whole = std::max(known, made.total_ns);
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < made.stages.size(); ++i) {
    std::uint64_t share = part_of(ns, std::min(made.stages[i], made.total_ns), whole);
    given += share;
    if (i == kOther && share > 0) {
      const auto children = made_.find(key_of(made.trace, made.trace.span_id));
      if (children != made_.end() && depth < kDeepest) {
        std::uint64_t all = 0;
        for (const Record& child : children->second) all += child.total_ns;
        // At once or one after the other: together they had no more than what was waited.
        const std::uint64_t theirs = std::min(all, share);
        const std::vector<Record> taken = std::move(children->second);
        made_.erase(children);
        for (const Record& child : taken) explain(child, part_of(theirs, child.total_ns, all), depth + 1, out);
        share -= theirs;
      }
    }
    if (i == kQueue) {
      spread_queue(made, share, out);
    } else if (share > 0) {
      out.push_back({made.peer, metrics::kStages[i], share});
    }
  }
  // On the way between two stamps, and what was rounded off.
  if (ns > given) out.push_back({made.peer, kUnknown, ns - given});
}

// Who waits behind a slow call waits for what makes that one slow: were it not spread, one slow stage of a module with
// few workers would show as its queue.
void CallTrees::spread_queue(const Record& made, std::uint64_t ns, std::vector<TimeShare>& out) const {
  const std::uint64_t arrival = made.started_ns + made.stages[kSend];
  const std::uint64_t turn = arrival + made.stages[kQueue];
  std::array<std::uint64_t, metrics::kStages.size()> busy{};
  std::uint64_t sum = 0;
  const auto served = served_.find(made.peer);
  if (served != served_.end()) {
    const auto first = std::ranges::lower_bound(served->second, arrival, {}, &Service::end_ns);
    for (auto each = first; each != served->second.end(); ++each) {
      const std::uint64_t begin = std::max(each->begin_ns, arrival);
      const std::uint64_t end = std::min(each->end_ns, turn);
      if (begin >= end) continue;
      for (std::size_t i = kQueue + 1; i <= kOther; ++i) {
        const std::uint64_t part = part_of(end - begin, each->stages[i], each->end_ns - each->begin_ns);
        busy[i] += part;
        sum += part;
      }
    }
  }
  // Several workers are busy at once.
  const std::uint64_t whole = std::max(sum, made.stages[kQueue]);
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < busy.size(); ++i) {
    const std::uint64_t share = part_of(ns, busy[i], whole);
    given += share;
    if (share > 0) out.push_back({made.peer, metrics::kStages[i], share});
  }
  if (ns > given) out.push_back({made.peer, metrics::kStages[kQueue], ns - given});
}

// Calls that no front end waits for are made, too; and a process may record what never was.
void CallTrees::forget_before(std::uint64_t ns) {
  std::erase_if(forwarded_, [ns](const auto& entry) { return ended(entry.second) < ns; });
  std::size_t left = 0;
  std::erase_if(made_, [&](const auto& entry) {
    const bool old = std::ranges::all_of(entry.second, [ns](const Record& each) { return ended(each) < ns; });
    left += old ? 0 : entry.second.size();
    return old;
  });
  if (left > kMostMade) made_.clear();
}

}  // namespace status::gateway
