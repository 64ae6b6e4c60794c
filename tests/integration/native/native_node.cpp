#include "tests/integration/native/native_node.h"

#include <thread>

#include "ipc/base/codec.h"
#include "tests/support/native_library.h"
#include "tests/support/statusctl.h"

namespace status::test {
namespace {

std::string in_list(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words) out += "\"" + word + "\", ";
  return out + "]";
}

std::string echo_manifest() {
  return "name = \"echo_a\"\nexecutable = \"" + binary("echo_module") +
         "\"\ninterface = \"1.0\"\n[owner]\nteam = \"test\"\ncontact = \"test\"\n";
}

}  // namespace

NativeNode::NativeNode(NativeOptions options)
    : options_(std::move(options)),
      node_({.settings = without_backoff({"modules=[]"}), .environment = options_.environment}),
      library_path_(install_native_library(node_.data_dir(), {.library = options_.library,
                                                              .family = options_.family,
                                                              .generation = options_.generation,
                                                              .config = "quirks = " + in_list(options_.quirks),
                                                              .settings = options_.settings})) {
  write_file(node_.data_dir() + "/modules.d/echo_a/module.toml", echo_manifest());
}

Result<std::string> NativeNode::call(const std::string& function, const Value& arguments,
                                     std::chrono::milliseconds within) {
  const auto reply =
      node_.front().call("waku_native.call", Value::map({{"function", function}, {"arguments", arguments}}),
                         {.deadline_ms = static_cast<std::uint32_t>(within.count())});
  if (!reply) return fail(reply.error());
  return reply->string_or("reply", "(none)");
}

Result<std::string> NativeNode::send(const std::string& quirk, std::chrono::milliseconds within) {
  const std::string message = to_json(Value::map({{"quirk", quirk}}));
  if (options_.family == "waku") {
    return call("waku_lightpush_publish", Value::map({{"pubSubTopic", ""}, {"jsonWakuMessage", message}}), within);
  }
  return call("logosdelivery_send", Value::map({{"messageJson", message}}), within);
}

Value NativeNode::info() { return node_.front().call("waku_native.info").value_or(Value()); }

std::uint64_t NativeNode::counter(const std::string& name) {
  const Value reply = info();
  const Value* counters = reply.find("counters");
  if (counters == nullptr) return 0;
  for (const Value& each : *counters->as_array()) {
    if (each.string_or("name", "") == name) return each.uint_or("value", 0);
  }
  return 0;
}

bool NativeNode::wait_for(const std::string& key, std::uint64_t number) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (info().uint_or(key, number + 1) != number) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

std::optional<EventLog::Event> NativeNode::wait_for_event(const std::string& name) {
  return node_.events().wait_for(
      [&](const EventLog::Event& event) {
        return event.topic == "waku_native.event" && event.data.string_or("name", "") == name;
      },
      kPatience);
}

bool NativeNode::wait_for_log(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (read_file(node_.data_dir() + "/logs/waku_native.log").find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

Value NativeNode::explain_death(std::uint64_t generation) {
  const std::string file = node_.data_dir() + "/crash/waku_native/" + std::to_string(generation) + ".json";
  if (!wait_for_file(file, kPatience)) return {};
  const Outcome why = statusctl({"--data-dir", node_.data_dir(), "why", "waku_native", "--json"});
  const Value document = why.json();
  const Value* crash = document.find("last_crash");
  return crash == nullptr ? Value() : *crash;
}

std::string functions_of_first_thread(const Value& crash) {
  std::string out;
  const Value* threads = crash.find("threads");
  if (threads == nullptr || threads->as_array()->empty()) return out;
  for (const Value& frame : *threads->as_array()->front().find("frames")->as_array()) {
    const Value* functions = frame.find("functions");
    if (functions == nullptr) continue;
    for (const Value& function : *functions->as_array()) out += function.string_or("name", "") + "\n";
  }
  return out;
}

}  // namespace status::test
