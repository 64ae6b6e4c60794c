#include "supervisor/statusd/handover.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"

namespace status::supervisor {
namespace {

using namespace ipc::control;

std::int64_t to_ns(MonotonicTime time) { return time.time_since_epoch().count(); }
Value to_ns(const std::optional<MonotonicTime>& time) { return time ? Value(to_ns(*time)) : Value(); }
MonotonicTime from_ns(std::int64_t ns) { return MonotonicTime(MonotonicTime::duration(ns)); }
std::optional<MonotonicTime> time_if(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  const auto ns = value == nullptr ? std::nullopt : value->as_int64();
  return ns ? std::optional(from_ns(*ns)) : std::nullopt;
}

const Value::Array& list_of(const Value& map, std::string_view key) {
  static const Value::Array kNone;
  const Value* value = map.find(key);
  return value == nullptr || value->as_array() == nullptr ? kNone : *value->as_array();
}

Value texts(const std::vector<std::string>& list) {
  Value::Array out;
  for (const std::string& text : list) out.emplace_back(text);
  return out;
}

std::vector<std::string> texts_of(const Value& map, std::string_view key) {
  std::vector<std::string> out;
  for (const Value& each : list_of(map, key)) out.push_back(each.as_string() == nullptr ? "" : *each.as_string());
  return out;
}

Value to_value(const TreeMemory& memory) {
  const Machine& machine = memory.machine;
  Value::Array short_lives;
  for (std::uint32_t i = 0; i < machine.history.short_count; ++i) {
    short_lives.emplace_back(to_ns(machine.history.short_lives[i]));
  }
  return Value::map({{"state", to_word(machine.state)},
                     {"deadline", to_ns(machine.deadline)},
                     {"ready_since", to_ns(machine.ready_since)},
                     {"restarted", machine.history.restarted},
                     {"failed", machine.history.failed},
                     {"doublings", std::uint64_t{machine.history.doublings}},
                     {"short_lives", std::move(short_lives)},
                     {"over_limit", machine.over_limit},
                     {"wanted", memory.wanted},
                     {"left", memory.left},
                     {"troubles", std::uint64_t{memory.troubles}},
                     {"trouble_why", memory.trouble_why},
                     {"kill_why", memory.kill_why},
                     {"why", memory.why}});
}

std::optional<TreeMemory> memory_of(const Value& value) {
  TreeMemory out;
  const auto state = state_from_word(value.string_or("state", ""));
  if (!state) return std::nullopt;
  out.machine.state = *state;
  out.machine.deadline = time_if(value, "deadline");
  out.machine.ready_since = time_if(value, "ready_since");
  RestartHistory& history = out.machine.history;
  history.restarted = value.bool_or("restarted", false);
  history.failed = value.bool_or("failed", false);
  history.doublings = static_cast<std::uint32_t>(value.uint_or("doublings", 0));
  for (const Value& each : list_of(value, "short_lives")) {
    if (history.short_count == history.short_lives.size()) return std::nullopt;
    history.short_lives[history.short_count++] = from_ns(each.as_int64().value_or(0));
  }
  out.machine.over_limit = value.bool_or("over_limit", false);
  out.wanted = value.bool_or("wanted", true);
  out.left = value.bool_or("left", false);
  out.troubles = static_cast<std::uint8_t>(value.uint_or("troubles", 0));
  out.trouble_why = value.string_or("trouble_why", "");
  out.kill_why = value.string_or("kill_why", "");
  out.why = value.string_or("why", "");
  return out;
}

Value to_value(const Handover::Process& process) {
  Value out = Value::map({{"pid", std::int64_t{process.pid}},
                          {"pidfd", std::int64_t{process.pidfd}},
                          {"control", std::int64_t{process.control}},
                          {"output", std::int64_t{process.output}},
                          {"errors", std::int64_t{process.errors}},
                          {"crash", std::int64_t{process.crash}},
                          {"recorder", std::int64_t{process.recorder}},
                          {"started", to_ns(process.started)},
                          {"ready", to_ns(process.ready)},
                          {"control_rest", to_hex(as_bytes(process.control_rest))},
                          {"output_rest", to_hex(as_bytes(process.output_rest))},
                          {"errors_rest", to_hex(as_bytes(process.errors_rest))}});
  if (process.fatal) {
    out.set("fatal", Value::map({{"reason", process.fatal->reason}, {"message", process.fatal->message}}));
  }
  return out;
}

std::string text_of(const Value& map, std::string_view key) {
  const auto bytes = from_hex(map.string_or(key, ""));
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

Handover::Process process_of(const Value& value) {
  const auto number = [&](std::string_view key) { return static_cast<int>(value.int_or(key, -1)); };
  Handover::Process out{.pid = number("pid"),
                        .pidfd = number("pidfd"),
                        .control = number("control"),
                        .output = number("output"),
                        .errors = number("errors"),
                        .crash = number("crash"),
                        .recorder = number("recorder"),
                        .started = from_ns(value.int_or("started", 0)),
                        .ready = time_if(value, "ready"),
                        .control_rest = text_of(value, "control_rest"),
                        .output_rest = text_of(value, "output_rest"),
                        .errors_rest = text_of(value, "errors_rest")};
  if (const Value* fatal = value.find("fatal"); fatal != nullptr && fatal->as_map() != nullptr) {
    out.fatal = Fatal{fatal->string_or("reason", ""), fatal->string_or("message", "")};
  }
  return out;
}

// Rows and events travel as the lines that they are on the control line.
template <class Message>
std::optional<Message> line_of(const Value& value, std::string_view key) {
  auto message = decode_to_module(value.string_or(key, ""));
  auto* found = message ? std::get_if<Message>(&*message) : nullptr;
  return found == nullptr ? std::nullopt : std::optional(std::move(*found));
}

Value to_value(const Handover::Module& module) {
  return Value::map({{"row", encode(ModuleChanged{module.row})},
                     {"memory", to_value(module.memory)},
                     {"spawns", module.spawns},
                     {"end", module.end},
                     {"log_tail", texts(module.log_tail)},
                     {"process", module.process ? to_value(*module.process) : Value()}});
}

std::optional<Handover::Module> module_of(const Value& value) {
  auto row = line_of<ModuleChanged>(value, "row");
  const Value* memory = value.find("memory");
  auto remembered = memory == nullptr ? std::nullopt : memory_of(*memory);
  if (!row || !remembered) return std::nullopt;
  Handover::Module out{.row = std::move(row->row),
                       .memory = std::move(*remembered),
                       .spawns = value.uint_or("spawns", 0),
                       .end = value.string_or("end", "other"),
                       .log_tail = texts_of(value, "log_tail"),
                       .process = std::nullopt};
  if (const Value* process = value.find("process"); process != nullptr && process->as_map() != nullptr) {
    out.process = process_of(*process);
  }
  if (out.process.has_value() != has_process(out.memory.machine.state)) return std::nullopt;
  return out;
}

Value to_value(const Handover& handover) {
  Value out = Value::map({{"format", Handover::kFormat},
                          {"version", handover.version},
                          {"boot_id", handover.boot_id},
                          {"started_ms", handover.started_ms},
                          {"lock", std::int64_t{handover.lock}},
                          {"run_lock", std::int64_t{handover.run_lock}},
                          {"event_ring", std::int64_t{handover.event_ring}},
                          {"recorder_line", std::int64_t{handover.recorder_line}},
                          {"last_event", handover.last_event},
                          {"command", handover.command}});
  Value::Array edges;
  for (const EdgeBook::Edge& edge : handover.edges) {
    edges.push_back(Value::map({{"from", edge.from},
                                {"to", edge.to},
                                {"credential", to_hex(edge.credential)},
                                {"methods", texts(edge.methods)}}));
  }
  out.set("edges", std::move(edges));
  Value::Array modules;
  for (const Handover::Module& module : handover.modules) modules.push_back(to_value(module));
  out.set("modules", std::move(modules));
  Value::Array events;
  for (const SupervisorEvent& event : handover.events) events.push_back(Value::map({{"line", encode(event)}}));
  out.set("events", std::move(events));
  return out;
}

tl::unexpected<Error> bad(std::string why) {
  return fail(Code::failed_precondition, "supervisor.bad_handover", "the state to adopt " + std::move(why));
}

}  // namespace

std::vector<int> Handover::descriptors() const {
  std::vector<int> out = {lock, run_lock, event_ring, recorder_line};
  for (const Module& module : modules) {
    if (!module.process) continue;
    const Process& process = *module.process;
    out.insert(out.end(),
               {process.pidfd, process.control, process.output, process.errors, process.crash, process.recorder});
  }
  return out;
}

Result<UniqueFd> write_handover(const Handover& handover) {
  const std::string text = to_json(to_value(handover));
  UniqueFd file(::memfd_create("status-handover", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return fail(errno_error(errno, "memfd"));
  if (auto written = write_all(file.get(), text, "the handover"); !written) return fail(written.error());
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return fail(errno_error(errno, "seal of the handover"));
  }
  return file;
}

Result<Handover> read_handover(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "the state to adopt"));
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  if (::pread(fd, text.data(), text.size(), 0) != info.st_size) return bad("cannot be read");
  const auto document = parse_json(text);
  if (!document) return bad("is damaged");
  const std::uint64_t format = document->uint_or("format", 0);
  if (format != Handover::kFormat) {
    return bad("has format " + std::to_string(format) + ", this statusd knows " + std::to_string(Handover::kFormat));
  }
  Handover out{.version = document->string_or("version", ""),
               .boot_id = document->string_or("boot_id", ""),
               .started_ms = document->int_or("started_ms", 0),
               .lock = static_cast<int>(document->int_or("lock", -1)),
               .run_lock = static_cast<int>(document->int_or("run_lock", -1)),
               .event_ring = static_cast<int>(document->int_or("event_ring", -1)),
               .recorder_line = static_cast<int>(document->int_or("recorder_line", -1)),
               .edges = {},
               .modules = {},
               .events = {},
               .last_event = document->uint_or("last_event", 0),
               .command = document->uint_or("command", 0)};
  for (const Value& edge : list_of(*document, "edges")) {
    const auto credential = from_hex(edge.string_or("credential", ""));
    if (!credential) return bad("is damaged");
    out.edges.push_back({edge.string_or("from", ""), edge.string_or("to", ""), *credential, texts_of(edge, "methods")});
  }
  for (const Value& each : list_of(*document, "modules")) {
    auto module = module_of(each);
    if (!module) return bad("is damaged");
    out.modules.push_back(std::move(*module));
  }
  for (const Value& each : list_of(*document, "events")) {
    auto event = line_of<SupervisorEvent>(each, "line");
    if (!event) return bad("is damaged");
    out.events.push_back(std::move(*event));
  }
  return out;
}

}  // namespace status::supervisor
