// A connection to a node's front door: as the local user, or from another machine with a token of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ipc/client/client.h"
#include "ipc/remote/tunnel.h"

namespace status::cli {

// A node on another machine, and who asks.
struct RemotePlace {
  remote::TunnelOptions tunnel;
  std::string token_file;  // 32 hex digits, 0600
};

struct NodePlace {
  std::string data_dir;
  std::string run_dir;
  std::optional<RemotePlace> remote;  // the node is on another machine, and the directories are not its own
  std::string logs() const { return data_dir + "/logs"; }
  std::string crash() const { return data_dir + "/crash"; }
};

// `run_dir` empty: <data_dir>/run.
NodePlace find_place(const std::string& data_dir, const std::string& run_dir);

class Session {
 public:
  // Here: NOT_FOUND `cli.no_node` where there is no token, PERMISSION_DENIED (`cli.token_unreadable`) where there is
  // one for somebody else. Elsewhere: those of remote::Tunnel::open and of reading the token; that nobody answers, or
  // not the right node, is what calls say (remote::Tunnel::trouble).
  static Result<Session> open(const NodePlace& place);

  // Waits two seconds for a gateway that is away (a restart takes 0.2 s): NOT_FOUND `cli.no_node` then. A call that was
  // not sent is repeated meanwhile; anything else is the caller's to decide.
  Result<Value> call(const std::string& method, const Value& params, std::uint32_t deadline_ms = 10'000);
  // For what may be done twice: repeated also when the gateway goes away under it.
  Result<Value> read(const std::string& method, const Value& params, std::uint32_t deadline_ms = 10'000);
  ipc::Client& client() { return *client_; }

  // The OpenRPC document of a module, `supervisor` included.
  Result<Value> document(const std::string& module, std::uint32_t deadline_ms = 10'000);

 private:
  // Repeats the call while `again` says so of its error, and the time for it is not over.
  Result<Value> insist(const std::string& method, const Value& params, std::uint32_t deadline_ms,
                       bool (*again)(const Error& error));

  static Result<Session> open_here(const NodePlace& place);
  static Result<Session> open_remote(const NodePlace& place);
  // What is to be said when no connection comes.
  Error unreachable() const;

  Session(std::unique_ptr<remote::Tunnel> tunnel, std::unique_ptr<ipc::Client> client, NodePlace place)
      : tunnel_(std::move(tunnel)), client_(std::move(client)), place_(std::move(place)) {}

  std::unique_ptr<remote::Tunnel> tunnel_;  // outlives its client; null here
  std::unique_ptr<ipc::Client> client_;
  NodePlace place_;
};

}  // namespace status::cli
