#include "supervisor/gateway/blame/blame_desk.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>

#include "ipc/api/convert.h"
#include "supervisor/gateway/blame/verdict.h"
#include "supervisor/gateway/dashboard/access.h"
#include "supervisor/gateway/office_method.h"

namespace status::gateway {
namespace {

using metrics::flight::Side;

// A recorder holds some 7,900 records, and a module that is busy writes ten thousand a second.
constexpr std::chrono::milliseconds kReading{100};
constexpr std::chrono::milliseconds kLooking{5'000};
constexpr std::uint64_t kLookingNs = std::chrono::nanoseconds(kLooking).count();

std::uint64_t in_ns(std::uint32_t ms) { return std::uint64_t{ms} * 1'000'000; }
std::uint64_t before(std::uint64_t now_ns, std::uint64_t ns) { return now_ns > ns ? now_ns - ns : 0; }

double seconds(std::uint64_t ns) { return static_cast<double>(ns) * 1e-9; }
double in_seconds(std::uint64_t us) { return static_cast<double>(us) * 1e-6; }

std::string hex_of(ByteView bytes) {
  const bool none = std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
  return none ? std::string() : to_hex(bytes);
}

std::int64_t unix_ms(std::uint64_t at_ns, const Clock& clock) {
  return clock.unix_ms() - static_cast<std::int64_t>(before(monotonic_ns(), at_ns) / 1'000'000);
}

Flight::Stages stages_of(const std::array<std::uint64_t, 7>& ns) {
  return {ns[0], ns[1], ns[2], ns[3], ns[4], ns[5], ns[6]};
}

Flight::Record shown(const std::string& module, std::uint64_t generation, const metrics::flight::Record& record,
                     const Clock& clock) {
  Flight::Record out;
  out.module = module;
  out.generation = generation;
  out.side = record.side == Side::answered ? "answered" : "made";
  out.method = record.method;
  out.peer = record.peer;
  out.code = record.code ? to_word(*record.code) : "OK";
  out.started_ns = record.started_ns;
  out.time_ms = unix_ms(record.started_ns, clock);
  out.total_ns = record.total_ns;
  out.trace = hex_of(record.trace.trace_id);
  out.span = hex_of(record.trace.span_id);
  out.parent = hex_of(record.parent);
  if (record.stages_known) out.stages = stages_of(record.stages);
  out.request_bytes = record.request_bytes;
  out.response_bytes = record.response_bytes;
  return out;
}

Flight::Step shown(const std::string& module, std::uint64_t generation, const metrics::flight::StepRecord& record,
                   const Clock& clock) {
  Flight::Step out;
  out.module = module;
  out.generation = generation;
  out.step = record.step;
  out.holder = record.holder;
  out.at_ns = record.at_ns;
  out.time_ms = unix_ms(record.at_ns, clock);
  out.message = hex_of(record.message);
  out.hash = hex_of(record.hash);
  out.call_trace = hex_of(record.during.trace_id);
  out.call_span = hex_of(record.during.span_id);
  return out;
}

// The one of a module's uses that is asked for.
double ModuleUse::*use_of(const std::string& resource) {
  if (resource == "cpu") return &ModuleUse::cpu_seconds;
  if (resource == "memory") return &ModuleUse::memory_bytes;
  return resource == "network" ? &ModuleUse::network_bytes : &ModuleUse::disk_bytes;
}

std::string size_of(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", bytes / (1 << 20));
  return text;
}

}  // namespace

BlameDesk::BlameDesk(Office& office, Routes& routes, const Clock& clock, int line, CustodyDesk& custody,
                     Figures figures)
    : office_(office),
      routes_(routes),
      clock_(clock),
      custody_(custody),
      figures_(std::move(figures)),
      recorders_(line, monotonic_ns()) {
  office_.every(kReading, [this] { read(); });
  office_.every(kLooking, [this] { look(); });
}

void BlameDesk::serve(ipc::Server& server) {
  serve_in<Blame>(office_, server, [this](const Blame::Request& request) { return blame(request); });
  serve_in<BlameResource>(office_, server, [this](const BlameResource::Request& request) { return blame(request); });
  serve_in<Top>(office_, server, [this](const Top::Request& request) { return top(request); });
  serve_in<Flight>(office_, server, [this](const Flight::Request& request) { return flight(request); });
}

// The gateway's first: what a call that it has answered consists of has been recorded by then.
void BlameDesk::read() {
  recorders_.take_in();
  const auto add = [this](const std::string& module, std::uint64_t, const metrics::flight::Record& record) {
    // Who watches is not one of those that are watched: an open dashboard would be the busiest front end of an idle node.
    if (module == kOwnRow && record.side == metrics::flight::Side::answered && record.peer == kDashboardCaller) return;
    trees_.add(module, record);
    activity_.add(module, record);
  };
  const Recorders::Steps step = [this](const std::string& module, std::uint64_t generation,
                                       const metrics::flight::StepRecord& record) {
    custody_.add(module, generation, record);
  };
  const auto lost = [this](const std::string& module, const metrics::flight::Reader::Marks& records) {
    custody_.lost(module, records, before(monotonic_ns(), last_reading_ns_) / 1'000'000);
  };
  recorders_.read_new(kOwnRow, {add, step, lost});
  recorders_.read_new({}, {add, step, lost});
  last_reading_ns_ = monotonic_ns();
  for (const ExplainedCall& call : trees_.take(monotonic_ns())) ledger_.add(call);
}

void BlameDesk::look() {
  UseHistory::Uses uses;
  for (const std::shared_ptr<Route>& route : routes_.all()) {
    const std::shared_ptr<const Row> row = route->row();
    ModuleUse& use = uses[row->name];
    use.cpu_seconds = in_seconds(row->cpu_us);
    use.run_delay_seconds = in_seconds(row->run_delay_us);
    use.memory_bytes = static_cast<double>(row->anonymous_bytes);
    use.network_bytes = figures_.counted(row->name, "process_network_receive_bytes_total") +
                        figures_.counted(row->name, "process_network_transmit_bytes_total");
    use.disk_bytes = figures_.counted(row->name, "process_disk_read_bytes_total") +
                     figures_.counted(row->name, "process_disk_write_bytes_total");
    use.backend_wait_seconds = figures_.counted(row->name, "status_backend_remote_wait_seconds_total");
  }
  history_.add(monotonic_ns(), std::move(uses));
}

std::string BlameDesk::owner_of(const std::string& module) const {
  const std::shared_ptr<Route> route = routes_.find(module);
  return route ? route->row()->owner : "";
}

Result<Blame::Reply> BlameDesk::blame(const Blame::Request& request) {
  read();
  const std::uint64_t now_ns = monotonic_ns();
  const std::uint64_t from_ns = before(now_ns, in_ns(request.since_ms));
  const Ledger::Window now = ledger_.window(from_ns, now_ns, request.method);
  const Ledger::Window then = ledger_.window(before(from_ns, in_ns(request.since_ms)), from_ns, request.method);
  const UseHistory::Uses use = history_.growth(from_ns, now_ns);
  Blame::Reply reply{now.seconds, now.calls, seconds(now.ns), {}};
  for (const auto& [where, cell] : now.cells) {
    const auto known = then.cells.find(where);
    const Evidence evidence{where.first, where.second, cell, known == then.cells.end() ? Ledger::Cell{} : known->second,
                            now,         then,         use};
    const Verdict verdict = judge(evidence);
    Blame::Row row;
    row.module = where.first;
    row.stage = where.second;
    row.owner = owner_of(where.first);
    row.share = now.ns == 0 ? 0 : static_cast<double>(cell.ns) / static_cast<double>(now.ns);
    row.count = cell.calls;
    row.p50_ms = cell.spread.quantile_ms(0.5);
    row.p99_ms = cell.spread.quantile_ms(0.99);
    row.trend = trend_of(evidence);
    row.trace = hex_of(cell.slowest.trace_id);
    row.verdict = verdict.word;
    row.why = verdict.why;
    reply.rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(reply.rows, std::greater<>(), &Blame::Row::share);
  return reply;
}

Result<BlameResource::Reply> BlameDesk::blame(const BlameResource::Request& request) {
  look();
  const std::uint64_t now_ns = monotonic_ns();
  const std::uint64_t from_ns = before(now_ns, in_ns(request.since_ms));
  const UseHistory::Uses grown = history_.growth(from_ns, now_ns);
  const UseHistory::Uses grown_before = history_.growth(before(from_ns, in_ns(request.since_ms)), from_ns);
  const bool memory = request.resource == "memory";
  const auto use = use_of(request.resource);
  BlameResource::Reply reply;
  reply.unit = request.resource == "cpu" ? "seconds" : "bytes";
  for (const auto& [module, growth] : grown) {
    BlameResource::Row row;
    row.module = module;
    row.owner = owner_of(module);
    row.value = memory ? history_.now().at(module).*use : growth.*use;
    const auto known = grown_before.find(module);
    row.growth = memory ? growth.*use : row.value - (known == grown_before.end() ? 0 : known->second.*use);
    reply.total += row.value;
    char text[96];
    if (request.resource == "cpu") {
      std::snprintf(text, sizeof text, "%.2f s, %+.2f s against as long before", row.value, row.growth);
      row.why = text;
    } else {
      row.why = size_of(row.value) + (row.growth < 0 ? ", -" : ", +") + size_of(std::abs(row.growth)) +
                (memory ? " since then" : " against as long before");
    }
    reply.rows.push_back(std::move(row));
  }
  for (BlameResource::Row& row : reply.rows) row.share = reply.total > 0 ? row.value / reply.total : 0;
  std::ranges::stable_sort(reply.rows, std::greater<>(), &BlameResource::Row::share);
  return reply;
}

Result<Top::Reply> BlameDesk::top(const Top::Request& request) {
  read();
  const std::uint64_t now_ns = monotonic_ns();
  const std::uint64_t from_ns = before(now_ns, in_ns(request.window_ms));
  const double window = static_cast<double>(request.window_ms) * 1e-3;
  const Activity::ByModule activity = activity_.within(from_ns, now_ns);
  const UseHistory::Uses use = history_.growth(before(now_ns, std::max(in_ns(request.window_ms), kLookingNs)), now_ns);
  Top::Reply reply;
  for (const std::shared_ptr<Route>& route : routes_.all()) {
    const std::shared_ptr<const Row> row = route->row();
    Top::Row& out = reply.rows.emplace_back();
    out.module = row->name;
    out.owner = row->owner;
    out.state = row->state;
    if (const auto known = activity.find(row->name); known != activity.end()) {
      const Activity::Figures& figures = known->second;
      out.calls_per_second = static_cast<double>(figures.calls) / window;
      out.errors_per_second = static_cast<double>(figures.errors) / window;
      out.p50_ms = figures.spread.quantile_ms(0.5);
      out.p99_ms = figures.spread.quantile_ms(0.99);
      out.stages = stages_of(figures.stage_ns);
    }
    out.queue_depth = static_cast<std::uint64_t>(figures_.measured(row->name, "status_rpc_queue_depth"));
    out.busy_seconds = figures_.measured(row->name, "status_executor_busy_seconds");
    if (const auto known = use.find(row->name); known != use.end()) {
      out.cpu_share = known->second.cpu_seconds / std::max(window, seconds(kLookingNs));
    }
    out.anonymous_bytes = row->anonymous_bytes;
    out.restarts = row->restarts;
  }
  return reply;
}

Result<Flight::Reply> BlameDesk::flight(const Flight::Request& request) {
  const std::optional<Bytes> trace = request.trace.empty() ? Bytes() : from_hex(request.trace);
  if (!trace || (!trace->empty() && trace->size() != 16)) {
    return fail(Code::invalid_argument, "supervisor.bad_trace", "`trace` must be 32 hex digits");
  }
  recorders_.take_in();
  const std::uint64_t from_ns = before(monotonic_ns(), in_ns(request.since_ms));
  Flight::Reply reply;
  recorders_.read_all(
      request.module,
      [&](const std::string& module, std::uint64_t generation, const metrics::flight::Record& record) {
        if (record.started_ns + record.total_ns < from_ns) return;
        if (!request.method.empty() && record.method != request.method) return;
        if (!trace->empty() && !std::ranges::equal(record.trace.trace_id, *trace)) return;
        reply.records.push_back(shown(module, generation, record, clock_));
      },
      [&](const std::string& module, std::uint64_t generation, const metrics::flight::StepRecord& record) {
        if (trace->empty() || record.at_ns < from_ns) return;
        if (!std::ranges::equal(record.during.trace_id, *trace) &&
            !std::ranges::equal(ByteView(record.hash).first(trace->size()), *trace)) {
          return;
        }
        reply.steps.push_back(shown(module, generation, record, clock_));
      });
  std::ranges::stable_sort(reply.steps, {}, &Flight::Step::at_ns);
  if (reply.steps.size() > request.limit) reply.steps.resize(request.limit);
  if (request.order == "slowest") {
    std::ranges::stable_sort(reply.records, std::greater<>(), &Flight::Record::total_ns);
    if (reply.records.size() > request.limit) reply.records.resize(request.limit);
  } else {
    std::ranges::stable_sort(reply.records, {}, &Flight::Record::started_ns);
    if (reply.records.size() > request.limit) {
      reply.records.erase(reply.records.begin(), reply.records.end() - static_cast<std::ptrdiff_t>(request.limit));
    }
  }
  return reply;
}

}  // namespace status::gateway
