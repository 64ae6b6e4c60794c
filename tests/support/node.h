// A whole node as a test sees it, whatever place its modules run in: its front door, its events, its rows.
//
//   ProcessNode a, b;                                     // process_node.h; InprocNode of inproc_node.h does the same
//   ASSERT_OK(a.start()); ASSERT_OK(b.start());
//   ASSERT_OK(link(a, b));
//   Result<Conversation> talk = converse(a, b);
//   a.front().call("chat.send_message", Value::map({{"conversation", talk->id}, {"content", "hello"}}));
//   b.events().wait_for(EventLog::topic("chat.message_received"), kPatience);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/event_log.h"
#include "tests/support/front_door.h"
#include "tests/support/patience.h"

namespace status::test {

// What `supervisor.modules` says of a module, as far as tests look at it.
struct Row {
  std::string name;
  std::string state;
  std::string why;
  bool locked = false;
  std::uint64_t generation = 0;
  std::int64_t pid = 0;
  std::uint64_t restarts = 0;
  std::int64_t next_attempt_ms = 0;
};

// Ready, and with its key.
bool usable(const Row& row);

// One thread, but for front() and events().
class Node {
 public:
  virtual ~Node() = default;

  // Returns when all its modules are ready and none is locked; an error says which is not. Again after stop(): the same
  // data.
  virtual Status start() = 0;
  // Everything ends in order; an error when it does not.
  virtual Status stop() = 0;

  virtual std::string url() const = 0;
  virtual ipc::Credential token() const = 0;

  // While it runs.
  FrontDoor& front() { return *front_; }
  EventLog& events() { return *events_; }
  // One more front end.
  std::unique_ptr<FrontDoor> open_front() const;

  Result<std::vector<Row>> rows();
  Result<Row> row(const std::string& module);

  // Returns when `module` is ready, unlocked, in a generation above `after`.
  Status await_ready(const std::string& module, std::uint64_t after = 0,
                     std::chrono::milliseconds patience = kPatience);
  // Returns when every row is as it should be; an error names one that is not.
  Status await_rows(const std::function<bool(const Row&)>& good, std::chrono::milliseconds patience = kPatience);
  // `supervisor.restart`, and that it is back.
  Status restart(const std::string& module);

  // What a failed test should show.
  virtual std::string report() { return {}; }

 protected:
  // For start(): opens the front door, and waits for all modules that are not stopped.
  Status open_door();
  // For stop(), first.
  void close_door();

 private:
  std::unique_ptr<FrontDoor> front_;
  std::unique_ptr<FrontDoor> listening_;
  std::unique_ptr<EventLog> events_;
};

// The local user's credential; all zero when the file is not there or holds something else.
ipc::Credential read_token(const std::string& file);

// A link from one node's mesh to the other's, kept up by `from`.
Status link(Node& from, Node& to);

struct Conversation {
  std::string id;  // the same at both ends
};
// From an introduction of `to`; `to` learns of it with the first message.
Result<Conversation> converse(Node& from, Node& to);

// `chat.send_message`, repeated while the module is away; exactly one message, named by `key`.
Status say(Node& from, const Conversation& conversation, const std::string& content, const std::string& key);

// The contents of `chat.message_received` at that node so far, in the order of the events.
std::vector<std::string> heard(Node& at);
bool await_heard(Node& at, std::size_t count, std::chrono::milliseconds patience = kPatience);
// The contents of all incoming messages of a conversation as `chat.get_messages` shows them, oldest first.
Result<std::vector<std::string>> received(Node& at, const std::string& conversation);
// Of all outgoing ones.
Result<std::vector<std::string>> sent(Node& at, const std::string& conversation);
// The same once there are `count`, or what there is when the time is up. Unlike events, which are a ring in the
// module's memory, no message is lost when the module dies between committing and announcing it.
Result<std::vector<std::string>> await_received(Node& at, const std::string& conversation, std::size_t count,
                                                std::chrono::milliseconds patience = kPatience);

}  // namespace status::test
