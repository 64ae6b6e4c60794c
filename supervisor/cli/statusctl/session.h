// A connection to a node's front door, as the local user.
#pragma once

#include <memory>
#include <string>

#include "ipc/client/client.h"

namespace status::cli {

struct NodePlace {
  std::string data_dir;
  std::string run_dir;
  std::string logs() const { return data_dir + "/logs"; }
  std::string crash() const { return data_dir + "/crash"; }
};

// `run_dir` empty: <data_dir>/run.
NodePlace find_place(const std::string& data_dir, const std::string& run_dir);

class Session {
 public:
  // NOT_FOUND `cli.no_node` where there is no token, PERMISSION_DENIED (`cli.token_unreadable`) where there is one for
  // somebody else.
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

  explicit Session(std::unique_ptr<ipc::Client> client, NodePlace place)
      : client_(std::move(client)), place_(std::move(place)) {}

  std::unique_ptr<ipc::Client> client_;
  NodePlace place_;
};

}  // namespace status::cli
