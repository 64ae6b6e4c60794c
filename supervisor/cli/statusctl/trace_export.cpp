#include "supervisor/cli/statusctl/trace_export.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "supervisor/cli/statusctl/recorded_call.h"
#include "supervisor/cli/statusctl/reply_view.h"

namespace status::cli {
namespace {

double us(std::uint64_t ns) { return static_cast<double>(ns) * 1e-3; }

// A row for each slice, such that no two of one row overlap unless one is within the other.
class Rows {
 public:
  std::uint64_t place(std::uint64_t begin, std::uint64_t end) {
    for (std::size_t i = 0; i < until_.size(); ++i) {
      if (until_[i] > begin) continue;
      until_[i] = end;
      return i + 1;
    }
    until_.push_back(end);
    return until_.size();
  }

 private:
  std::vector<std::uint64_t> until_;
};

struct Process {
  std::uint64_t pid = 0;
  Rows rows;
};

class ChromeTrace {
 public:
  void add(const RecordedCall& call) {
    Process& process = process_of(call.module);
    const std::uint64_t row = process.rows.place(call.begin, call.begin + call.total);
    slice(process.pid, row, call.method, "call", call.begin, call.total,
          Value::map({{"caller", call.caller}, {"code", call.code}, {"trace", call.trace}, {"span", call.span}}));
    std::uint64_t at = call.begin;
    for (std::size_t i = 0; i < kStageKeys.size(); ++i) {
      if (call.stages[i] != 0) {
        slice(process.pid, row, kStageKeys[i].first, "stage", at, call.stages[i], Value::Map());
      }
      at += call.stages[i];
    }
  }
  void add_step(const Value& step) {
    events_.push_back(Value::map({{"name", step.string_or("step", "")},
                                  {"cat", "message"},
                                  {"ph", "i"},
                                  {"s", "p"},
                                  {"pid", process_of(step.string_or("module", "")).pid},
                                  {"tid", std::uint64_t{0}},
                                  {"ts", us(step.uint_or("at_ns", 0))},
                                  {"args", Value::map({{"message", step.string_or("message", "")},
                                                       {"hash", step.string_or("hash", "")},
                                                       {"holder", step.string_or("holder", "")}})}}));
  }
  Value take() && { return Value::map({{"displayTimeUnit", "ms"}, {"traceEvents", Value(std::move(events_))}}); }

 private:
  Process& process_of(const std::string& module) {
    const auto [place, fresh] = processes_.try_emplace(module);
    if (fresh) {
      place->second.pid = processes_.size();
      events_.push_back(Value::map({{"name", "process_name"},
                                    {"ph", "M"},
                                    {"pid", place->second.pid},
                                    {"args", Value::map({{"name", module}})}}));
    }
    return place->second;
  }
  void slice(std::uint64_t pid, std::uint64_t row, const std::string& name, const char* kind, std::uint64_t begin,
             std::uint64_t total, Value args) {
    events_.push_back(Value::map({{"name", name},
                                  {"cat", kind},
                                  {"ph", "X"},
                                  {"pid", pid},
                                  {"tid", row},
                                  {"ts", us(begin)},
                                  {"dur", us(total)},
                                  {"args", std::move(args)}}));
  }

  std::map<std::string, Process> processes_;
  Value::Array events_;
};

Value attribute(const char* key, const std::string& value) {
  return Value::map({{"key", key}, {"value", Value::map({{"stringValue", value}})}});
}

// 64-bit numbers are text in OTLP's JSON.
class UnixTime {
 public:
  UnixTime(std::int64_t time_ms, std::uint64_t at_ns)
      : offset_ns_(time_ms * 1'000'000 - static_cast<std::int64_t>(at_ns)) {}
  std::string text(std::uint64_t at_ns) const { return std::to_string(offset_ns_ + static_cast<std::int64_t>(at_ns)); }

 private:
  std::int64_t offset_ns_;
};

Value span_of(const RecordedCall& call) {
  constexpr int kServer = 2;
  constexpr int kError = 2;
  const UnixTime time(call.time_ms, call.begin);
  Value::Array attributes{attribute("rpc.system", "status"), attribute("rpc.method", call.method),
                          attribute("status.caller", call.caller), attribute("status.code", call.code)};
  for (std::size_t i = 0; call.known && i < kStageKeys.size(); ++i) {
    const std::string key = "status.stage." + std::string(kStageKeys[i].second);
    attributes.push_back(attribute(key.c_str(), std::to_string(call.stages[i])));
  }
  Value span = Value::map({{"traceId", call.trace},
                           {"spanId", call.span},
                           {"name", call.method},
                           {"kind", kServer},
                           {"startTimeUnixNano", time.text(call.begin)},
                           {"endTimeUnixNano", time.text(call.begin + call.total)},
                           {"attributes", Value(std::move(attributes))}});
  if (!call.parent.empty()) span.set("parentSpanId", call.parent);
  if (call.code != "OK") span.set("status", Value::map({{"code", kError}, {"message", call.code}}));
  return span;
}

// The delivery of one message: a trace of its own, with one span.
Value delivery_of(const std::string& hash, const std::vector<const Value*>& steps) {
  constexpr int kInternal = 1;
  const Value& first = *steps.front();
  const UnixTime time(first.int_or("time_ms", 0), first.uint_or("at_ns", 0));
  Value::Array events, links;
  for (const Value* step : steps) {
    events.push_back(
        Value::map({{"timeUnixNano", time.text(step->uint_or("at_ns", 0))},
                    {"name", step->string_or("step", "")},
                    {"attributes", Value::array({attribute("status.module", step->string_or("module", ""))})}}));
    const std::string call = step->string_or("call_trace", "");
    if (!call.empty()) links.push_back(Value::map({{"traceId", call}, {"spanId", step->string_or("call_span", "")}}));
  }
  return Value::map({{"traceId", hash.substr(0, 32)},
                     {"spanId", hash.substr(32, 16)},
                     {"name", "delivery"},
                     {"kind", kInternal},
                     {"startTimeUnixNano", time.text(first.uint_or("at_ns", 0))},
                     {"endTimeUnixNano", time.text(steps.back()->uint_or("at_ns", 0))},
                     {"attributes", Value::array({attribute("status.message_hash", hash)})},
                     {"events", Value(std::move(events))},
                     {"links", Value(std::move(links))}});
}

// Steps of messages by the network's name. What chat noted before there was one goes with it by chat's own.
std::map<std::string, std::vector<const Value*>> deliveries_of(const Value::Array& steps) {
  std::map<std::string, std::string> hash_of;
  for (const Value& step : steps) {
    const std::string message = step.string_or("message", "");
    const std::string hash = step.string_or("hash", "");
    if (!message.empty() && hash.size() == 64) hash_of[message] = hash;
  }
  std::map<std::string, std::vector<const Value*>> out;
  for (const Value& step : steps) {
    std::string hash = step.string_or("hash", "");
    if (const auto known = hash_of.find(step.string_or("message", "")); hash.empty() && known != hash_of.end()) {
      hash = known->second;
    }
    if (hash.size() == 64) out[hash].push_back(&step);
  }
  return out;
}

}  // namespace

Value chrome_trace(const Value& flight) {
  ChromeTrace trace;
  for (const RecordedCall& call : recorded_calls(list_of(flight, "records"))) trace.add(call);
  for (const Value& step : list_of(flight, "steps")) trace.add_step(step);
  return std::move(trace).take();
}

Value otlp_trace(const Value& flight) {
  std::map<std::string, Value::Array> spans;
  for (const RecordedCall& call : recorded_calls(list_of(flight, "records")))
    spans[call.module].push_back(span_of(call));
  for (const auto& [hash, steps] : deliveries_of(list_of(flight, "steps"))) {
    spans[steps.front()->string_or("module", "")].push_back(delivery_of(hash, steps));
  }
  Value::Array resources;
  for (auto& [module, list] : spans) {
    const Value scope =
        Value::map({{"scope", Value::map({{"name", "status.flight"}})}, {"spans", Value(std::move(list))}});
    resources.push_back(
        Value::map({{"resource", Value::map({{"attributes", Value::array({attribute("service.name", module)})}})},
                    {"scopeSpans", Value::array({scope})}}));
  }
  return Value::map({{"resourceSpans", Value(std::move(resources))}});
}

}  // namespace status::cli
