// The dashboard's way to the node: calls at its own front door, answered on the office's thread. Nothing is opened
// before the first call. Office thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ipc/base/random.h"
#include "ipc/client/client.h"
#include "supervisor/gateway/office.h"

namespace status::gateway {

class FrontCaller {
 public:
  static constexpr std::size_t kMaxReads = 64;  // under way, polls among them; more are RESOURCE_EXHAUSTED at once
  static constexpr std::size_t kMaxActions = 8;
  static constexpr std::size_t kMaxAnswer =
      1 << 20;  // bytes; a larger one is RESOURCE_EXHAUSTED (`gateway.large_answer`)

  using Done = std::function<void(Result<Value>)>;

  // The office outlives this. `front_url`: the node's own; `pass`: of DashboardAccess.
  FrontCaller(Office& office, std::string front_url, const ipc::Credential& pass)
      : office_(office), front_url_(std::move(front_url)), pass_(pass) {}

  // With the pass. `done` exactly once, unless the call is cancelled by its handle or the office is closed.
  ipc::CallHandle read(const std::string& method, const Value& params, std::uint32_t deadline_ms, Done done);
  // With somebody's token; without one the front door says, and counts, that there is none. `done` as above. On a
  // connection of its own: who is refused too often is hung up on.
  void act(const std::string& method, const Value& params, const std::optional<ipc::Credential>& token, Done done);

  // Once the office is closed.
  void close();

 private:
  ipc::Client* client(std::unique_ptr<ipc::Client>& which, std::size_t most, const Done& done);
  ipc::Client::Callback answered(Done done);

  Office& office_;
  const std::string front_url_;
  const ipc::Credential pass_;
  IdRandom ids_;
  std::unique_ptr<ipc::Client> reads_;
  std::unique_ptr<ipc::Client> actions_;
};

}  // namespace status::gateway
