#include "ipc/control/control_line.h"

#include "ipc/base/codec.h"
#include "ipc/control/field_reader.h"

namespace status::ipc::control {
namespace {

constexpr DecodeLimits kLimits{.depth = 16, .entries = 4096};

Value typed(std::string_view type) { return Value::map({{"type", type}}); }

Value to_array(const std::vector<std::string>& items) {
  Value::Array out;
  for (const std::string& item : items) out.emplace_back(item);
  return out;
}

Value to_value(const Edges& edges) {
  Value to = Value::Map();
  for (const auto& [module, edge] : edges.to) {
    to.set(module, Value::map({{"url", edge.url}, {"credential", prefixed_hex(edge.credential)}}));
  }
  Value from = Value::Map();
  for (const auto& [module, edge] : edges.from) {
    from.set(module, Value::map({{"sha256", prefixed_hex(edge.sha256)}, {"methods", to_array(edge.methods)}}));
  }
  return Value::map({{"to", std::move(to)}, {"from", std::move(from)}});
}

Edges read_edges(const Value& object, FieldReader& outer) {
  Edges edges;
  FieldReader fields(object, "edges");
  if (const Value* to = fields.map_or("to")) {
    for (const auto& [module, value] : *to->as_map()) {
      FieldReader edge(value, "edges.to." + module);
      edges.to[module] = {.url = edge.text("url"), .credential = edge.hex("credential")};
      fields.adopt(edge);
    }
  }
  if (const Value* from = fields.map_or("from")) {
    for (const auto& [module, value] : *from->as_map()) {
      FieldReader edge(value, "edges.from." + module);
      edges.from[module] = {.sha256 = edge.hex("sha256"), .methods = edge.texts_or("methods")};
      fields.adopt(edge);
    }
  }
  outer.adopt(fields);
  return edges;
}

Value to_value(const LastExit& exit) {
  return Value::map({{"generation", exit.generation},
                     {"cause", exit.cause},
                     {"time_ms", exit.time_ms},
                     {"uptime_ms", exit.uptime_ms},
                     {"asked", exit.asked}});
}

ModuleRow read_row(const Value& object, FieldReader& outer) {
  FieldReader fields(object, "row");
  ModuleRow row;
  row.name = fields.text("name");
  row.state = fields.text("state");
  row.why = fields.text_or("why");
  row.locked = fields.flag_or("locked");
  row.generation = fields.number_or("generation");
  row.pid = fields.signed_or("pid");
  row.started_ms = fields.signed_or("started_ms");
  row.ready_ms = fields.signed_or("ready_ms");
  row.restarts = fields.number_or("restarts");
  if (const Value* causes = fields.map_or("restart_causes")) {
    FieldReader counts(*causes, "row.restart_causes");
    for (const auto& [cause, count] : *causes->as_map()) row.restart_causes[cause] = counts.number(cause);
    fields.adopt(counts);
  }
  row.rss_bytes = fields.number_or("rss_bytes");
  row.anonymous_bytes = fields.number_or("anonymous_bytes");
  row.cpu_us = fields.number_or("cpu_us");
  row.run_delay_us = fields.number_or("run_delay_us");
  row.memory_limit_bytes = fields.number_or("memory_limit_bytes");
  row.sandbox = fields.text_or("sandbox");
  row.sandbox_level = fields.number_or("sandbox_level");
  row.unprotected = fields.texts_or("unprotected");
  row.ungranted = fields.texts_or("ungranted");
  row.log_lines_dropped = fields.number_or("log_lines_dropped");
  row.owner = fields.text_or("owner");
  row.backend = fields.text_or("backend");
  row.interface = fields.text_or("interface");
  row.requires_ = fields.texts_or("requires");
  if (const Value* value = fields.map_or("last_exit")) {
    FieldReader exit(*value, "row.last_exit");
    row.last_exit = LastExit{.generation = exit.number("generation"),
                             .cause = exit.text("cause"),
                             .time_ms = exit.signed_or("time_ms"),
                             .uptime_ms = exit.number_or("uptime_ms"),
                             .asked = exit.flag_or("asked")};
    fields.adopt(exit);
  }
  row.next_attempt_ms = fields.signed_or("next_attempt_ms");
  row.url = fields.text_or("url");
  row.credential = fields.hex_or("credential");
  outer.adopt(fields);
  return row;
}

Bootstrap read_bootstrap(FieldReader& fields) {
  Bootstrap boot;
  boot.module = fields.text("module");
  boot.generation = fields.number("generation");
  boot.run_dir = fields.text("run_dir");
  boot.data_dir = fields.text("data_dir");
  boot.boot_id = fields.text_or("boot_id");
  const Value* config = fields.map_or("config");
  boot.config = config == nullptr ? Value(Value::Map()) : *config;
  boot.backend = fields.text_or("backend");
  if (const Value* edges = fields.map_or("edges")) boot.edges = read_edges(*edges, fields);
  const std::string level = fields.text_or("log_level");
  if (!level.empty()) boot.log_level = level;
  boot.allow_faults = fields.flag_or("allow_faults");
  boot.reexport = fields.texts_or("reexport");
  return boot;
}

Value to_value(const Error& error) {
  Value out = Value::map({{"code", to_word(error.code)},
                          {"reason", error.reason},
                          {"message", error.message},
                          {"retryable", error.retryable}});
  if (error.retry_after_ms != 0) out.set("retry_after_ms", error.retry_after_ms);
  return out;
}

CommandResult read_result(FieldReader& fields) {
  CommandResult result{.id = fields.number("id"), .error = std::nullopt};
  if (const Value* data = fields.map_or("data")) result.data = *data;
  if (const Value* value = fields.map_or("error")) {
    FieldReader nested(*value, "result.error");
    const auto code = code_from_word(nested.text("code"));
    if (!code) nested.wrong("code", "an error code");
    result.error = make_error(code.value_or(Code::internal), nested.text_or("reason"), nested.text_or("message"));
    result.error->retryable = nested.flag_or("retryable");
    result.error->retry_after_ms = static_cast<std::uint32_t>(nested.number_or("retry_after_ms"));
    fields.adopt(nested);
  }
  return result;
}

Modules read_modules(const Value& object, FieldReader& fields) {
  Modules out;
  out.boot_id = fields.text("boot_id");
  const Value* rows = object.find("modules");
  if (rows == nullptr || rows->as_array() == nullptr) {
    fields.wrong("modules", "a list");
    return out;
  }
  for (const Value& row : *rows->as_array()) out.modules.push_back(read_row(row, fields));
  return out;
}

ToModule read_to_module(const std::string& type, const Value& object, FieldReader& fields) {
  if (type == "bootstrap") return read_bootstrap(fields);
  if (type == "edges") return read_edges(object, fields);
  if (type == "ping") return Ping{fields.number("n")};
  if (type == "drain") return Drain{fields.number32("deadline_ms")};
  if (type == "log_level") return LogLevel{fields.text("level")};
  if (type == "modules") return read_modules(object, fields);
  if (type == "module") {
    const Value* row = fields.map_or("row");
    if (row == nullptr) fields.wrong("row", "an object");
    return ModuleChanged{row == nullptr ? ModuleRow() : read_row(*row, fields)};
  }
  if (type == "event") {
    const Value* data = object.find("data");
    return SupervisorEvent{.seq = fields.number_or("seq"),
                           .topic = fields.text("topic"),
                           .time_ms = fields.signed_or("time_ms"),
                           .generation = fields.number_or("generation"),
                           .data = data == nullptr ? Value() : *data};
  }
  if (type == "sample") {
    return SupervisorSample{fields.signed_or("started_ms"), fields.number_or("loop_lag_us"), fields.number_or("cpu_us"),
                            fields.number_or("anonymous_bytes")};
  }
  if (type == "result") return read_result(fields);
  return Unknown{type};
}

FromModule read_from_module(const std::string& type, FieldReader& fields) {
  if (type == "ready") {
    return Ready{.url = fields.text("url"),
                 .bulk_url = fields.text_or("bulk_url"),
                 .protocol = fields.number32("protocol"),
                 .interface = fields.text_or("interface")};
  }
  if (type == "pong") {
    return Pong{.n = fields.number("n"),
                .queued = fields.number_or("queued"),
                .running = fields.number_or("running"),
                .completed = fields.number_or("completed"),
                .oldest_overrun_ms = fields.number_or("oldest_overrun_ms"),
                .oldest = fields.text_or("oldest")};
  }
  if (type == "degraded") return Degraded{fields.text("why")};
  if (type == "stopping") return Stopping{};
  if (type == "fatal") return Fatal{fields.text("reason"), fields.text_or("message")};
  if (type == "locked") return Locked{fields.flag("locked")};
  if (type == "command") {
    return Command{fields.number("id"), fields.text("op"), fields.text("module"), fields.text_or("key"),
                   fields.text_or("argument")};
  }
  return Unknown{type};
}

struct Writer {
  Value operator()(const Unknown& m) const { return typed(m.type); }
  Value operator()(const Bootstrap& m) const {
    Value out = typed("bootstrap");
    out.set("module", m.module);
    out.set("generation", m.generation);
    out.set("run_dir", m.run_dir);
    out.set("data_dir", m.data_dir);
    out.set("boot_id", m.boot_id);
    out.set("config", m.config.is_null() ? Value(Value::Map()) : m.config);
    out.set("backend", m.backend);
    out.set("edges", to_value(m.edges));
    out.set("log_level", m.log_level);
    if (m.allow_faults) out.set("allow_faults", true);
    if (!m.reexport.empty()) out.set("reexport", Value::Array(m.reexport.begin(), m.reexport.end()));
    return out;
  }
  Value operator()(const Edges& m) const {
    Value out = typed("edges");
    Value edges = to_value(m);
    for (auto& [key, value] : *edges.as_map()) out.set(key, std::move(value));
    return out;
  }
  Value operator()(const Ping& m) const { return Value::map({{"type", "ping"}, {"n", m.n}}); }
  Value operator()(const Drain& m) const { return Value::map({{"type", "drain"}, {"deadline_ms", m.deadline_ms}}); }
  Value operator()(const LogLevel& m) const { return Value::map({{"type", "log_level"}, {"level", m.level}}); }
  Value operator()(const Modules& m) const {
    Value::Array rows;
    for (const ModuleRow& row : m.modules) rows.push_back(control::to_value(row));
    return Value::map({{"type", "modules"}, {"boot_id", m.boot_id}, {"modules", std::move(rows)}});
  }
  Value operator()(const ModuleChanged& m) const {
    return Value::map({{"type", "module"}, {"row", control::to_value(m.row)}});
  }
  Value operator()(const SupervisorEvent& m) const {
    return Value::map({{"type", "event"},
                       {"seq", m.seq},
                       {"topic", m.topic},
                       {"time_ms", m.time_ms},
                       {"generation", m.generation},
                       {"data", m.data}});
  }
  Value operator()(const SupervisorSample& m) const {
    return Value::map({{"type", "sample"},
                       {"started_ms", m.started_ms},
                       {"loop_lag_us", m.loop_lag_us},
                       {"cpu_us", m.cpu_us},
                       {"anonymous_bytes", m.anonymous_bytes}});
  }
  Value operator()(const CommandResult& m) const {
    Value out = Value::map({{"type", "result"}, {"id", m.id}});
    if (m.error) out.set("error", to_value(*m.error));
    if (!m.data.is_null()) out.set("data", m.data);
    return out;
  }
  Value operator()(const Ready& m) const {
    return Value::map({{"type", "ready"},
                       {"url", m.url},
                       {"bulk_url", m.bulk_url},
                       {"protocol", m.protocol},
                       {"interface", m.interface}});
  }
  Value operator()(const Pong& m) const {
    return Value::map({{"type", "pong"},
                       {"n", m.n},
                       {"queued", m.queued},
                       {"running", m.running},
                       {"completed", m.completed},
                       {"oldest_overrun_ms", m.oldest_overrun_ms},
                       {"oldest", m.oldest}});
  }
  Value operator()(const Degraded& m) const { return Value::map({{"type", "degraded"}, {"why", m.why}}); }
  Value operator()(const Stopping&) const { return typed("stopping"); }
  Value operator()(const Fatal& m) const {
    return Value::map({{"type", "fatal"}, {"reason", m.reason}, {"message", m.message}});
  }
  Value operator()(const Locked& m) const { return Value::map({{"type", "locked"}, {"locked", m.locked}}); }
  Value operator()(const Command& m) const {
    Value out = Value::map({{"type", "command"}, {"id", m.id}, {"op", m.op}, {"module", m.module}});
    if (!m.key.empty()) out.set("key", m.key);
    if (!m.argument.empty()) out.set("argument", m.argument);
    return out;
  }
};

Result<Value> parse_object(std::string_view line) {
  auto value = parse_json(line, kLimits);
  if (!value) return fail(value.error());
  const Value* type = value->find("type");
  if (type == nullptr || type->as_string() == nullptr) {
    return fail(Code::invalid_argument, "control.bad_message", "a control line must be an object with a string `type`");
  }
  return value;
}

}  // namespace

Value to_value(const ModuleRow& row) {
  Value out = Value::map({{"name", row.name}, {"state", row.state}});
  out.set("why", row.why);
  out.set("locked", row.locked);
  out.set("generation", row.generation);
  out.set("pid", row.pid);
  out.set("started_ms", row.started_ms);
  out.set("ready_ms", row.ready_ms);
  out.set("restarts", row.restarts);
  out.set("rss_bytes", row.rss_bytes);
  out.set("anonymous_bytes", row.anonymous_bytes);
  if (row.cpu_us != 0) out.set("cpu_us", row.cpu_us);
  if (row.run_delay_us != 0) out.set("run_delay_us", row.run_delay_us);
  out.set("memory_limit_bytes", row.memory_limit_bytes);
  out.set("sandbox", row.sandbox);
  out.set("sandbox_level", row.sandbox_level);
  out.set("unprotected", to_array(row.unprotected));
  out.set("ungranted", to_array(row.ungranted));
  out.set("owner", row.owner);
  out.set("backend", row.backend);
  out.set("interface", row.interface);
  out.set("requires", to_array(row.requires_));
  out.set("last_exit", row.last_exit ? to_value(*row.last_exit) : Value());
  out.set("next_attempt_ms", row.next_attempt_ms);
  out.set("url", row.url);
  out.set("credential", prefixed_hex(row.credential));
  if (row.log_lines_dropped != 0) out.set("log_lines_dropped", row.log_lines_dropped);
  if (row.restart_causes.empty()) return out;
  Value causes = Value::Map();
  for (const auto& [cause, count] : row.restart_causes) causes.set(cause, count);
  out.set("restart_causes", std::move(causes));
  return out;
}

Result<ToModule> decode_to_module(std::string_view line) {
  auto object = parse_object(line);
  if (!object) return fail(object.error());
  const std::string type = object->string_or("type", "");
  FieldReader fields(*object, type);
  ToModule message = read_to_module(type, *object, fields);
  if (fields.error()) return fail(*fields.error());
  return message;
}

Result<FromModule> decode_from_module(std::string_view line) {
  auto object = parse_object(line);
  if (!object) return fail(object.error());
  const std::string type = object->string_or("type", "");
  FieldReader fields(*object, type);
  FromModule message = read_from_module(type, fields);
  if (fields.error()) return fail(*fields.error());
  return message;
}

std::string encode(const ToModule& message) { return to_json(std::visit(Writer(), message)) + "\n"; }
std::string encode(const FromModule& message) { return to_json(std::visit(Writer(), message)) + "\n"; }

}  // namespace status::ipc::control
