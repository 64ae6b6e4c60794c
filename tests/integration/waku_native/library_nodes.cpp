#include "tests/integration/waku_native/library_nodes.h"

#include <iostream>

#include "ipc/api/convert.h"

namespace status::test {

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

ProcessNode& LibraryNodes::start(const Way& way, std::vector<std::string> settings) {
  settings.insert(settings.end(), {"waku.backend=native", "waku.native.send=" + std::string(way.send)});
  nodes_.push_back(std::make_unique<ProcessNode>(NodeOptions{.settings = without_backoff(std::move(settings))}));
  ProcessNode& node = *nodes_.back();
  install_native_library(node.data_dir(), {.library = way.library,
                                           .family = way.family,
                                           .generation = way.generation,
                                           .config = "hub = " + std::to_string(hub_.port()),
                                           .settings = {"silent_for_ms = 1000"}});
  const Status started = node.start();
  EXPECT_TRUE(started) << started.error().describe();
  EXPECT_TRUE(hub_.wait_for_links(nodes_.size()));
  return node;
}

void LibraryNodes::TearDown() {
  if (!HasFailure()) return;
  for (const auto& node : nodes_) std::cerr << "=== a node of the failed test\n" << node->report();
}

Result<waku::Send::Reply> LibraryNodes::send(Node& from, const std::string& topic, const std::string& text) {
  return from.front().call<waku::Send>("waku", {topic, to_bytes(as_bytes(text)), false});
}

std::string LibraryNodes::subscribe(Node& at, const std::string& topic) {
  const auto reply = at.front().call<waku::Subscribe>("waku", {{topic}});
  EXPECT_TRUE(reply) << reply.error().describe();
  return reply ? reply->cursor : "";
}

EventLog::Match LibraryNodes::about(const std::string& name, const waku::Send::Reply& sent) {
  return [topic = "waku." + name, request = sent.request_id](const EventLog::Event& event) {
    if (event.topic != topic) return false;
    const auto data = api::from_value<waku::SendProgress>(event.data, api::Mode::lenient);
    return data && data->request_id == request;
  };
}

EventLog::Match LibraryNodes::payload(const std::string& text) {
  return [text](const EventLog::Event& event) {
    const auto view = api::from_value<waku::MessageView>(event.data, api::Mode::lenient);
    return view && as_text(view->payload) == text;
  };
}

std::vector<std::string> LibraryNodes::payloads(const EventLog& log) {
  std::vector<std::string> out;
  for (const EventLog::Event& event : log.all([](const EventLog::Event&) { return true; })) {
    const auto view = api::from_value<waku::MessageView>(event.data, api::Mode::lenient);
    if (view) out.emplace_back(as_text(view->payload));
  }
  return out;
}

std::uint64_t LibraryNodes::counter(Node& at, const std::string& name) {
  const auto info = at.front().call<waku::Info>("waku", {});
  if (!info) return 0;
  for (const waku::CounterView& each : info->counters) {
    if (each.name == name) return each.value;
  }
  return 0;
}

}  // namespace status::test
