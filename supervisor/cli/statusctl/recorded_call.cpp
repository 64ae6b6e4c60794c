#include "supervisor/cli/statusctl/recorded_call.h"

#include <algorithm>
#include <map>

namespace status::cli {

std::vector<RecordedCall> recorded_calls(const Value::Array& records) {
  std::map<std::pair<std::string, std::string>, RecordedCall> calls;
  std::size_t untraced = 0;
  for (const Value& record : records) {
    const bool made = record.string_or("side", "") == "made";
    const std::string trace = record.string_or("trace", "");
    const std::string span = record.string_or("span", "");
    // What has no span is at most one end of a call that nothing else is known of.
    RecordedCall& call = calls[{trace, span.empty() ? "untraced " + std::to_string(untraced++) : span}];
    if (!made && !call.method.empty()) continue;
    call.trace = trace;
    call.span = span;
    call.module = record.string_or(made ? "peer" : "module", "");
    call.caller = record.string_or(made ? "module" : "peer", "");
    call.method = record.string_or("method", "");
    call.code = record.string_or("code", "");
    if (made) call.parent = record.string_or("parent", "");
    call.time_ms = record.int_or("time_ms", 0);
    call.begin = record.uint_or("started_ns", 0);
    call.total = record.uint_or("total_ns", 0);
    const Value* stages = record.find("stages");
    call.known = stages != nullptr && stages->as_map() != nullptr;
    for (std::size_t i = 0; i < kStageKeys.size(); ++i) {
      call.stages[i] = call.known ? stages->uint_or(kStageKeys[i].second, 0) : 0;
    }
  }
  std::vector<RecordedCall> out;
  for (auto& [key, call] : calls) out.push_back(std::move(call));
  std::ranges::stable_sort(out, {}, &RecordedCall::begin);
  return out;
}

}  // namespace status::cli
