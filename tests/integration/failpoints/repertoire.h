// Everything that the modules of a node offer, called by a front end that must have its answers. One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "tests/integration/failpoints/ledger.h"
#include "tests/support/node.h"

namespace status::failpoints {

// A node and what it has promised.
struct Party {
  test::Node& node;
  Ledger& ledger;
};

class Repertoire {
 public:
  // `name` is part of all that is said and sent: no two have the same. The nodes are linked and have the conversation.
  Repertoire(Party here, Party there, test::Conversation talk, std::string name);

  // Before anything is published at either node: what is published then is delivered to this one. Stores a first file.
  void prepare();
  // Calls every method of the module at `here`, and has messages go both ways; breaks off when `enough` says so. A call
  // that a death has taken is repeated under its idempotency key until it is answered.
  void round(const std::string& module, const std::function<bool()>& enough);
  // A message from `there` has been acknowledged and is here; false when it does not come.
  bool exchange();
  // It is among the newest messages at `here`.
  bool has(const std::string& text);
  // From `from`, acknowledged and in the ledger; the text, empty on failure.
  std::string say(const Party& from);
  // Takes what the durable stream of `here` has into the ledger, and acknowledges it.
  void take_delivered();
  // Puts so much into the store of `here` that the oldest has to go.
  void overfill();
  // The file of the ledger is here, all of it.
  bool has_file();

  // Answers that should not have been: the first of each kind.
  const std::set<std::string>& troubles() const { return troubles_; }

 private:
  void keys();
  void waku();
  void links();
  void relink();
  void chat();
  void ghost();
  void storage();
  void keep_another_file();
  void drop_outdated();
  // A put that goes on until it is stored (its address), is cancelled, or is left to end_put() of the next round.
  std::optional<Value> begin_put(const Value& params, const std::string& key);
  std::optional<std::string> put(const Bytes& file, bool pinned, const std::string& key);
  void end_put();
  std::optional<Bytes> get(const std::string& cid);
  // The result; nothing when it is an error or `enough` was said before. `excused`: a reason that is no trouble.
  std::optional<Value> call(const std::string& method, const Value& params = Value::Map(),
                            const std::string& excused = "");
  std::string next(const std::string& kind);

  Party here_;
  Party there_;
  const test::Conversation talk_;
  const std::string name_;
  const std::string topic_ = "/failpoints/1/" + name_ + "/proto";
  std::unique_ptr<test::FrontDoor> front_;        // of `here`
  std::unique_ptr<test::FrontDoor> other_front_;  // of `there`
  std::function<bool()> enough_ = [] { return false; };
  std::uint64_t count_ = 0;
  std::string cursor_ = "0";        // in the durable stream
  std::optional<Value> unlinked_;   // the address of the other node while no link to it is wanted
  std::optional<Value> putting_;    // {transfer} of a put that is not finished
  std::set<std::string> outdated_;  // addresses of files that are to be deleted
  std::set<std::string> troubles_;
};

}  // namespace status::failpoints
