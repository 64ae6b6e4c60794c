#include "supervisor/process/crash_record.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "ipc/base/codec.h"
#include "supervisor/process/files.h"

namespace status::supervisor {
namespace {

Value to_value(const ipc::control::CallInFlight& call, MonotonicTime now) {
  const auto now_ns = static_cast<std::uint64_t>(now.time_since_epoch().count());
  return Value::map({{"method", call.method},
                     {"trace_id", "0x" + to_hex(call.trace_id)},
                     {"running_ms", call.started_ns < now_ns ? (now_ns - call.started_ns) / 1'000'000 : 0}});
}

Value to_value(const ipc::control::CrashFrame& frame, const std::vector<ipc::control::CrashObject>& objects) {
  if (!frame.object) return Value::Map();
  const ipc::control::CrashObject& object = objects[*frame.object];
  return Value::map({{"object", object.path}, {"build_id", object.build_id}, {"offset", frame.offset}});
}

Value threads_of(const CrashRecord& record) {
  Value::Array out;
  for (const ipc::control::CrashStack& stack : record.stacks.stacks) {
    Value thread = Value::map({{"tid", stack.thread}, {"name", stack.name}, {"whole", stack.whole}});
    const auto call = std::find_if(record.calls.begin(), record.calls.end(),
                                   [&](const auto& each) { return each.thread == stack.thread; });
    if (call != record.calls.end()) {
      thread.set("method", call->method);
      thread.set("trace_id", "0x" + to_hex(call->trace_id));
    }
    Value::Array frames;
    for (const auto& frame : stack.frames) frames.push_back(to_value(frame, record.stacks.objects));
    thread.set("frames", std::move(frames));
    out.push_back(std::move(thread));
  }
  return out;
}

template <class T>
Value optional_value(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

void prune(const std::string& directory) {
  std::vector<std::uint64_t> generations;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    std::uint64_t generation = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), generation);
    if (problem == std::errc() && std::string_view(end) == ".json") generations.push_back(generation);
  }
  if (generations.size() <= kCrashRecordsKept) return;
  std::sort(generations.begin(), generations.end());
  generations.resize(generations.size() - kCrashRecordsKept);
  for (const std::uint64_t generation : generations) {
    std::filesystem::remove(directory + "/" + std::to_string(generation) + ".json", error);
  }
}

}  // namespace

Value to_value(const CrashRecord& record, MonotonicTime now) {
  Value out = Value::map({{"module", record.module},
                          {"generation", record.generation},
                          {"time_ms", record.time_ms},
                          {"cause", record.cause},
                          {"exit_code", optional_value(record.exit.exit_code)},
                          {"signal", record.exit.signal ? Value(signal_name(*record.exit.signal)) : Value()},
                          {"uptime_ms", record.uptime_ms},
                          {"ready_for_ms", record.ready_for_ms},
                          {"state", record.state},
                          {"backend", record.backend},
                          {"interface", record.interface}});
  out.set("build_id", record.stacks.objects.empty() ? Value() : Value(record.stacks.objects.front().build_id));
  out.set("fatal",
          record.fatal ? Value::map({{"reason", record.fatal->reason}, {"message", record.fatal->message}}) : Value());
  Value::Array calls;
  for (const auto& call : record.calls) calls.push_back(to_value(call, now));
  out.set("calls_in_flight", std::move(calls));
  if (!record.calls_problem.empty()) out.set("calls_problem", record.calls_problem);
  if (record.stacks.code > 0) out.set("fault_address", record.stacks.address);
  out.set("thread_count", record.stacks.thread_count);
  out.set("threads", threads_of(record));
  if (!record.stacks_problem.empty()) out.set("stacks_problem", record.stacks_problem);
  out.set("resources", record.exit.resources());
  Value::Array log;
  for (const std::string& line : record.log) log.emplace_back(line);
  out.set("log", std::move(log));
  return out;
}

Status write_crash_record(const std::string& crash_directory, const CrashRecord& record, MonotonicTime now) {
  const std::string directory = crash_directory + "/" + record.module;
  if (auto opened = open_private_directory(directory); !opened) return fail(opened.error());
  const std::string path = directory + "/" + std::to_string(record.generation) + ".json";
  auto written = replace_file(path, to_json(to_value(record, now), true) + "\n", Durability::lazy);
  if (written) prune(directory);
  return written;
}

}  // namespace status::supervisor
