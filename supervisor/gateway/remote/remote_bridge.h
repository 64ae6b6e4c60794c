// Carries the requests of remote clients to the node's own front door and their answers back.
//
// The front door itself does not know that they came from afar: the bridge is one more client of it, and each request
// shows the pass of its token there (RemotePass) in place of the token. So scopes, rates, expiry, limits, metrics and
// denials are those of every other front end, and nothing that a client sends can make it somebody else.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ipc/base/random.h"
#include "ipc/client/client.h"
#include "supervisor/gateway/named_tokens.h"

namespace status::gateway {

class RemoteBridge {
 public:
  // Calls of all remote clients that may be under way at once: half of what the front door takes, so that they cannot
  // keep out the local user. Polls are parked there and take no part in it.
  static constexpr std::size_t kMaxCalls = 128;
  static constexpr std::size_t kMaxPolls = 1'024;
  // Of one connection, polls included.
  static constexpr std::size_t kMaxInFlight = 64;

  // Starts to dial `front_url`, the node's own. Errors: those of ipc::Client::open.
  static Result<std::unique_ptr<RemoteBridge>> open(const std::string& front_url);

  // What became of a request, before it is answered.
  enum class Verdict : std::uint8_t { carried, refused, not_the_token, no_request };
  struct Sent {
    Verdict verdict = Verdict::no_request;
    ipc::CallHandle handle = {};
  };
  // `refused`: by the front door, for what it was. Exactly once unless the verdict is `no_request`, on an NNG thread or
  // before carry() returns: must not block.
  using Answer = std::function<void(ipc::Message, bool refused)>;
  // `under_way`: requests of the same connection that are not answered yet. Any thread.
  Sent carry(ipc::Message request, const RemotePass& pass, std::size_t under_way, Answer answer);

 private:
  RemoteBridge(std::unique_ptr<ipc::Client> calls, std::unique_ptr<ipc::Client> polls)
      : calls_(std::move(calls)), polls_(std::move(polls)) {}

  IdRandom ids_;
  std::unique_ptr<ipc::Client> calls_;
  std::unique_ptr<ipc::Client> polls_;
};

}  // namespace status::gateway
