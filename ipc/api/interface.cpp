#include "ipc/api/interface.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "ipc/api/schema.h"
#include "ipc/api/stream_types.h"

namespace status::api {
namespace {

constexpr std::size_t kMaxMethodBytes = 96;  // of "module.method" (WIRE.md section 2)

bool is_module_name(std::string_view name) {
  const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 32 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), ok);
}

// Words of the same form with dots between them; a system method starts with `_sys.`.
bool is_dotted_name(std::string_view name) {
  if (name.starts_with("_sys.")) name.remove_prefix(5);
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (!is_module_name(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return is_module_name(name);
}

}  // namespace

std::string_view to_word(Effect effect) {
  constexpr std::array<std::string_view, 4> kWords = {"read", "write", "stream", "system"};
  return kWords[static_cast<std::size_t>(effect)];
}

std::string_view to_word(Stability stability) {
  constexpr std::array<std::string_view, 3> kWords = {"stable", "experimental", "deprecated"};
  return kWords[static_cast<std::size_t>(stability)];
}

Value Shape::schema() const { return table_ != nullptr ? object_schema(*table_) : schema_; }

Interface::Interface(std::string name, Version version, std::string title, Owner owner)
    : name_(std::move(name)), version_(version), title_(std::move(title)), owner_(std::move(owner)) {
  require(is_module_name(name_), "the module's name", "is not of the form [a-z][a-z0-9_]{0,31}");
  require(!title_.empty() && !owner_.team.empty(), "the interface", "has no title or no owner");
}

Interface Interface::named(std::string name) const {
  Interface copy = *this;
  copy.name_ = std::move(name);
  return copy;
}

void Interface::require(bool condition, std::string_view what, std::string_view problem) const {
  if (!condition) throw std::logic_error(name_ + ": " + std::string(what) + " " + std::string(problem));
}

Interface& Interface::add_method(Method method) {
  const std::string& name = method.info.name;
  require(is_dotted_name(name) && full_name(name).size() <= kMaxMethodBytes, "method " + name, "has no proper name");
  require(find_method(name) == nullptr, "method " + name, "is declared twice");
  require(!method.info.summary.empty(), "method " + name, "has no summary");
  for (const ErrorInfo& error : method.info.errors) {
    require(is_dotted_name(error.reason) && error.reason.find('.') != std::string::npos && !error.doc.empty(),
            "error " + error.reason + " of " + name, "is not of the form module.word or says nothing");
  }
  methods_.push_back(std::move(method));
  return *this;
}

Interface& Interface::add_event(EventInfo event) {
  require(is_module_name(event.name), "event " + event.name, "has no proper name");
  require(find_event(event.name) == nullptr, "event " + event.name, "is declared twice");
  require(!event.summary.empty(), "event " + event.name, "has no summary");
  events_.push_back(std::move(event));
  return *this;
}

Interface& Interface::add_stream(const std::string& name, std::string summary, bool durable,
                                 std::vector<std::string> events) {
  for (const std::string& event : events) {
    require(find_event(event) != nullptr, "stream " + name, "carries the undeclared event " + event);
  }
  if (events.empty()) {
    for (const EventInfo& event : events_) events.push_back(event.name);
  }
  MethodInfo info{.name = name + ".next", .summary = std::move(summary), .effect = Effect::stream};
  info.errors.push_back({Code::aborted, "ipc.superseded", "A second poll of the same consumer has ended this one."});
  return add_method(
      {std::move(info), table_of<StreamRequest>(), table_of<StreamReply>(), StreamInfo{durable, std::move(events)}});
}

Interface& Interface::stream(const std::string& name, std::string summary, std::vector<std::string> events) {
  return add_stream(name, std::move(summary), false, std::move(events));
}

Interface& Interface::durable_stream(const std::string& name, std::string summary, std::vector<std::string> events) {
  return add_stream(name, std::move(summary), true, std::move(events));
}

const Method* Interface::find_method(std::string_view name) const {
  const auto found = std::find_if(methods_.begin(), methods_.end(), [&](const auto& m) { return m.info.name == name; });
  return found == methods_.end() ? nullptr : &*found;
}

const EventInfo* Interface::find_event(std::string_view name) const {
  const auto found = std::find_if(events_.begin(), events_.end(), [&](const auto& e) { return e.name == name; });
  return found == events_.end() ? nullptr : &*found;
}

}  // namespace status::api
