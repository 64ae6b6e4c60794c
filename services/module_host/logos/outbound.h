// What a Logos module calls of other modules, through the runtime delegate: only what the manifest requires and the
// operator has granted, as with any module. Calls become calls of our client, subscriptions polls of our streams.
//
// Any thread of the library's may come. Its callbacks run on one thread, which is none of the library's and none of
// NNG's; what it gets there is gone when it returns. Handles are numbers: one that is gone is refused.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ipc/client/subscription.h"
#include "services/host/executor.h"
#include "services/host/module_context.h"
#include "services/module_host/logos/abi.h"
#include "services/module_host/logos/peer.h"
#include "services/module_host/logos/translation.h"

namespace status::module_host::logos {

class Outbound {
 public:
  // Of either kind, at once; beyond that there is no handle.
  static constexpr std::size_t kMostHandles = 64;
  static constexpr std::chrono::milliseconds kDefaultTimeout{20'000};
  // A callback of the library that takes longer never returns.
  static constexpr std::chrono::seconds kLongestCallback{10};
  using Handle = std::uint64_t;

  // `callees`: whom it may call. `stuck`: once, on a thread of NNG's, when a callback does not return. The context
  // outlives this.
  Outbound(host::ModuleContext& context, const std::vector<std::string>& callees, std::function<void()> stuck);

  // 0: no name, or too many. A module that may not be called has a handle, too, and each call says why not.
  Handle open(const std::string& target);
  void close(Handle client);

  // `text`: the result where the status is LP_OK, else an error of theirs.
  struct Answer {
    int status = LP_OK;
    std::string text;
  };
  // Blocks up to the timeout (0 or less: kDefaultTimeout), or as long as the caller waits for whom this thread works.
  Answer call(Handle client, const std::string& method, const std::string& arguments, int timeout_ms);
  // LP_OK: `done` comes once, on the callbacks' thread, unless the client is closed before.
  using Done = std::function<void(const Answer& answer)>;
  int call_async(Handle client, const std::string& method, const std::string& arguments, int timeout_ms, Done done);

  // From now on, also while the module is away. `on_event`: the data, a JSON array. 0: no such client or too many.
  using OnEvent = std::function<void(const std::string& data)>;
  Handle subscribe(Handle client, const std::string& event, OnEvent on_event);
  void unsubscribe(Handle subscription);
  // How often the events of that module have begun anew, with a gap: 0 at first.
  std::uint64_t gaps(Handle client);

  // The module stops: whoever comes now is told that nothing is there.
  void end() { ended_ = true; }

 private:
  // Held while a callback runs: whoever takes it away waits for that, or is in it.
  struct Receiver {
    std::recursive_mutex busy;
    bool gone = false;
  };
  struct Client {
    std::string target;
    Peer* peer = nullptr;  // null: it may not be called
    std::shared_ptr<Receiver> receiver = std::make_shared<Receiver>();
    std::shared_ptr<std::atomic<std::uint64_t>> gaps = std::make_shared<std::atomic<std::uint64_t>>(0);
  };
  struct Subscribed {
    Handle client = 0;
    std::shared_ptr<Receiver> receiver = std::make_shared<Receiver>();
    std::unique_ptr<ipc::Subscription> events;
  };
  struct Pending;  // a call_async on its way

  std::optional<Client> find(Handle client);
  Error refusal(const std::string& target);
  Result<ipc::Response> send(Peer& peer, const ForeignCall& call, MonotonicTime until);
  static Answer answer(Peer& peer, const ForeignCall& call, const Result<ipc::Response>& response);
  static Answer failed(const Error& error, const std::string& target);
  void go_on(const std::shared_ptr<Pending>& pending, const Result<Peer::Document>& document);
  void finish(const std::shared_ptr<Pending>& pending, const Answer& answer);
  // `then` on the callbacks' thread, with the document or why there is none.
  void with_document(Peer& peer, std::function<void(const Result<Peer::Document>&)> then);
  void deliver(Receiver& receiver, const std::function<void()>& callback);
  static void take_away(Receiver& receiver);

  host::ModuleContext& context_;
  const std::function<void()> stuck_;
  std::atomic<bool> ended_{false};
  std::map<std::string, std::unique_ptr<Peer>> peers_;  // as made, these two
  std::map<std::string, Error> unopened_;
  std::mutex mutex_;  // guards what follows
  Handle last_ = 0;
  std::map<Handle, Client> clients_;
  std::map<Handle, Subscribed> subscriptions_;
  std::set<std::string> said_;  // refusals that are in the log
  host::Executor callbacks_;    // last: it calls into the rest
};

}  // namespace status::module_host::logos
