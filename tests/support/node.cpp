#include "tests/support/node.h"

#include <algorithm>

#include "ipc/server/access.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

constexpr std::chrono::milliseconds kAskAgain{100};

Row to_row(const Value& value) {
  return {.name = value.string_or("name", ""),
          .state = value.string_or("state", ""),
          .why = value.string_or("why", ""),
          .locked = value.bool_or("locked", false),
          .generation = value.uint_or("generation", 0),
          .pid = value.int_or("pid", 0),
          .restarts = value.uint_or("restarts", 0),
          .next_attempt_ms = value.int_or("next_attempt_ms", 0)};
}

tl::unexpected<Error> late(const std::string& what) { return fail(Code::deadline_exceeded, "test.late", what); }

Result<std::vector<std::string>> contents(Node& at, const std::string& conversation, bool outgoing) {
  std::vector<std::string> out;
  Value request = Value::map({{"conversation", conversation}, {"direction", "newer"}, {"limit", 200}});
  for (;;) {
    const auto page = at.front().call("chat.get_messages", request);
    if (!page) return fail(page.error());
    const Value* messages = page->find("messages");
    if (messages == nullptr || messages->as_array() == nullptr || messages->as_array()->empty()) return out;
    for (const Value& message : *messages->as_array()) {
      if (message.bool_or("outgoing", false) == outgoing) out.push_back(message.string_or("content", ""));
    }
    request.set("cursor", page->string_or("cursor", ""));
  }
}

}  // namespace

bool usable(const Row& row) { return row.state == "ready" && !row.locked; }

std::unique_ptr<FrontDoor> Node::open_front() const {
  auto opened = FrontDoor::open(url(), token());
  return opened ? std::move(*opened) : nullptr;
}

Status Node::open_door() {
  front_ = open_front();
  listening_ = open_front();
  if (!front_ || !listening_) return fail(Code::internal, "test.no_client", "no client for " + url());
  events_ = std::make_unique<EventLog>(listening_->client());
  return await_rows([](const Row& row) { return row.why == "stopped by an operator" || usable(row); });
}

void Node::close_door() {
  events_.reset();
  listening_.reset();
  front_.reset();
}

Result<std::vector<Row>> Node::rows() {
  auto reply = front_->call("supervisor.modules");
  if (!reply) return fail(std::move(reply.error()));
  std::vector<Row> out;
  const Value* modules = reply->find("modules");
  if (modules == nullptr || modules->as_array() == nullptr) return fail(Code::internal, "test.no_modules", "no rows");
  for (const Value& module : *modules->as_array()) out.push_back(to_row(module));
  return out;
}

Result<Row> Node::row(const std::string& module) {
  auto reply = front_->call("supervisor.module", Value::map({{"name", module}}));
  if (!reply) return fail(std::move(reply.error()));
  return to_row(*reply);
}

Status Node::await_ready(const std::string& module, std::uint64_t after, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const std::size_t seen = events_->size();
    const auto now = row(module);
    if (now && now->generation > after && usable(*now)) return {};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    // The news may be here before this connection to a new gateway is: nothing more comes then, so ask again.
    const auto wait = now ? left : std::min(left, kAskAgain);
    if (left.count() <= 0 || (!events_->wait_for_more(seen, wait) && now)) {
      return late(module + " is not ready" + (now ? ": " + now->state : ": " + now.error().describe()));
    }
  }
}

Status Node::await_rows(const std::function<bool(const Row&)>& good, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const std::size_t seen = events_->size();
    const auto all = rows();
    std::string waiting;
    if (all) {
      const auto bad = std::ranges::find_if_not(*all, good);
      if (bad == all->end()) return {};
      waiting = bad->name + " is " + bad->state + (bad->locked ? " and locked" : "");
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return late(all ? waiting : "no rows: " + all.error().describe());
    events_->wait_for_more(seen, std::min(left, kAskAgain));
  }
}

Status Node::restart(const std::string& module) {
  const auto before = row(module);
  if (!before) return fail(before.error());
  if (auto asked = front_->call("supervisor.restart", Value::map({{"module", module}})); !asked) {
    return fail(std::move(asked.error()));
  }
  return await_ready(module, before->generation);
}

ipc::Credential read_token(const std::string& file) {
  return ipc::parse_credential(read_file(file)).value_or(ipc::Credential{});
}

Status link(Node& from, Node& to) {
  const auto info = to.front().call("waku.info");
  if (!info) return fail(info.error());
  const Value* addresses = info->find("addresses");
  if (addresses == nullptr || addresses->as_array() == nullptr || addresses->as_array()->empty()) {
    return fail(Code::internal, "test.no_address", "waku.info names no address");
  }
  const auto linked = from.front().call("waku.connect", Value::map({{"address", addresses->as_array()->front()}}));
  return linked ? Status{} : Status(fail(linked.error()));
}

Result<Conversation> converse(Node& from, Node& to) {
  const auto introduction = to.front().call("chat.create_introduction");
  if (!introduction) return fail(introduction.error());
  const auto created = from.front().call("chat.create_conversation",
                                         Value::map({{"introduction", introduction->string_or("introduction", "")}}));
  if (!created) return fail(created.error());
  return Conversation{created->string_or("conversation", "")};
}

Status say(Node& from, const Conversation& conversation, const std::string& content, const std::string& key) {
  const auto sent = from.front().insist(
      "chat.send_message", Value::map({{"conversation", conversation.id}, {"content", content}}), key, kPatience);
  return sent ? Status{} : Status(fail(sent.error()));
}

std::vector<std::string> heard(Node& at) {
  std::vector<std::string> out;
  for (const auto& event : at.events().all(EventLog::topic("chat.message_received"))) {
    const Value* message = event.data.find("message");
    out.push_back(message == nullptr ? "" : message->string_or("content", ""));
  }
  return out;
}

bool await_heard(Node& at, std::size_t count, std::chrono::milliseconds patience) {
  return at.events().wait_for_count(count, EventLog::topic("chat.message_received"), patience);
}

Result<std::vector<std::string>> received(Node& at, const std::string& conversation) {
  return contents(at, conversation, false);
}

Result<std::vector<std::string>> sent(Node& at, const std::string& conversation) {
  return contents(at, conversation, true);
}

Result<std::vector<std::string>> await_received(Node& at, const std::string& conversation, std::size_t count,
                                                std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const std::size_t seen = at.events().size();
    Result<std::vector<std::string>> got = received(at, conversation);
    // A module that is being restarted, and a first message that is still on its way.
    const bool enough = got && got->size() >= count;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (enough || left.count() <= 0) return got;
    at.events().wait_for_more(seen, std::min(left, std::chrono::milliseconds(200)));
  }
}

}  // namespace status::test
