#include "services/module_host/logos/interface.h"

#include <charconv>
#include <stdexcept>

#include "ipc/base/codec.h"
#include "ipc/base/words.h"
#include "services/module_host/logos/values.h"

namespace status::module_host::logos {
namespace {

// Each method is a label of metrics, and all of them are looked through by name.
constexpr std::size_t kMostEntries = 256;

// As Interface itself does; caught where the reading begins.
[[noreturn]] void refuse(const std::string& what) { throw std::logic_error(what); }

bool is_outcome(std::string_view type) { return type == "LogosResult" || type == "result"; }

// The JSON Schema of a type; empty: anything.
Value schema_of(std::string_view type) {
  const auto is = [type](auto... names) { return ((type == names) || ...); };
  const auto plain = [](const char* word) { return Value::map({{"type", word}}); };
  if (is("QString", "tstr", "string")) return plain("string");
  if (is("bool")) return plain("boolean");
  if (is("int", "uint", "int64", "uint64", "qlonglong", "qulonglong")) return plain("integer");
  if (is("double", "float", "float64")) return plain("number");
  if (is("QVariantMap", "LogosMap") || type.starts_with('{')) return plain("object");
  if (is("QVariantList", "QStringList", "LogosList") || type.starts_with('[')) return plain("array");
  if (is("QByteArray", "bstr")) return Value::map({{"type", "string"}, {"contentEncoding", "base64"}});
  return Value::Map{};
}

struct Parameters {
  std::vector<std::string> names;
  Value schema;
};

// `required`: whether what has a known type must be there. What may be anything may be null, which is absence.
Parameters parameters_of(const Value& entry, const std::string& place, bool required) {
  Parameters out;
  Value::Map properties;
  Value::Array needed;
  const Value* const listed = entry.find("parameters");
  if (listed != nullptr && listed->as_array() == nullptr) refuse(place + ": `parameters` must be an array");
  for (const Value& parameter : listed == nullptr ? Value::Array() : *listed->as_array()) {
    const std::string said = parameter.string_or("name", "");
    const std::string name = said.empty() ? "arg" + std::to_string(out.names.size()) : snake_case(said);
    for (const std::string& other : out.names) {
      if (other == name) refuse(place + ": the parameter " + in_quotes(name) + " is there twice");
    }
    Value schema = schema_of(parameter.string_or("type", ""));
    if (required && schema.find("type") != nullptr) needed.emplace_back(name);
    properties.emplace_back(name, std::move(schema));
    out.names.push_back(name);
  }
  out.schema = Value::map({{"type", "object"}, {"properties", std::move(properties)}});
  if (!needed.empty()) out.schema.set("required", std::move(needed));
  return out;
}

Value result_schema(const std::string& type) {
  Value::Map properties;
  if (type != "void") properties.emplace_back("result", schema_of(type));
  if (is_outcome(type)) properties.back().second.set(kOutcomeWord, true);
  return Value::map({{"type", "object"}, {"properties", std::move(properties)}});
}

std::string summary_of(const Value& entry, const char* kind) {
  const std::string said = entry.string_or("description", "");
  return said.empty() ? std::string(kind) + " " + in_quotes(entry.string_or("name", "")) + " of the Logos module."
                      : said;
}

std::vector<api::ErrorInfo> errors_of(const std::string& module, bool outcome) {
  std::vector<api::ErrorInfo> errors = {
      {Code::invalid_argument, module + ".invalid_args", "The module does not take these arguments."},
      {Code::invalid_argument, module + ".dispatch_failed", "The module could not make a call of it."}};
  if (outcome) errors.push_back({Code::failed_precondition, module + ".refused", "The module's own words why not."});
  return errors;
}

api::Version version_of(const std::string& text) {
  api::Version version{0, 0};
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec == std::errc() && major.ptr != end && *major.ptr == '.') {
    std::from_chars(major.ptr + 1, end, version.minor);
  }
  return version.major == 0 ? api::Version{1, 0} : version;
}

void add_method(const Value& entry, const std::string& module, api::Interface& declared, LogosInterface& out) {
  const std::string foreign = entry.string_or("name", "");
  const std::string type = entry.string_or("returnType", "");
  Parameters parameters = parameters_of(entry, "method " + in_quotes(foreign), true);
  LogosMethod method{.name = snake_case(foreign),
                     .foreign = foreign,
                     .parameters = std::move(parameters.names),
                     .params = std::move(parameters.schema),
                     .result = result_schema(type),
                     .outcome = is_outcome(type)};
  declared.method({.name = method.name,
                   .summary = summary_of(entry, "Method"),
                   .effect = api::Effect::write,  // nothing says that it is none
                   .errors = errors_of(module, method.outcome)},
                  api::Shape(method.params), api::Shape(method.result));
  out.methods.push_back(std::move(method));
}

void add_event(const Value& entry, api::Interface& declared, LogosInterface& out) {
  const std::string foreign = entry.string_or("name", "");
  Parameters parameters = parameters_of(entry, "event " + in_quotes(foreign), false);
  LogosEvent event{.name = snake_case(foreign),
                   .foreign = foreign,
                   .parameters = std::move(parameters.names),
                   .data = std::move(parameters.schema)};
  declared.event(event.name, summary_of(entry, "Event"), api::Shape(event.data));
  out.events.push_back(std::move(event));
}

LogosInterface build(const Value& said, const std::string& module, const std::string& version) {
  if (said.as_array() == nullptr || said.as_array()->size() > kMostEntries) {
    refuse("it must be a JSON array of at most " + std::to_string(kMostEntries) + " entries");
  }
  const std::string title = "A Logos module" + (version.empty() ? std::string() : ", its version " + version);
  auto declared = std::make_unique<api::Interface>(module, version_of(version), title, api::Owner{module, ""});
  LogosInterface out;
  for (const Value& entry : *said.as_array()) {
    const std::string kind = entry.string_or("type", "method");
    if (kind == "event") {
      add_event(entry, *declared, out);
    } else if (kind == "method" && entry.bool_or("isInvokable", true)) {
      add_method(entry, module, *declared, out);
    }
  }
  declared->stream("events", "The module's events.");
  out.declared = std::move(declared);
  return out;
}

}  // namespace

Result<LogosInterface> read_methods(std::string_view json, const std::string& module, const std::string& version) {
  const Result<Value> said = parse_json(json);
  try {
    if (!said) refuse(said.error().message);
    return build(*said, module, version);
  } catch (const std::logic_error& wrong) {
    return fail(Code::failed_precondition, "module_host.bad_description",
                std::string("what the library says of its methods is wrong: ") + wrong.what());
  }
}

}  // namespace status::module_host::logos
