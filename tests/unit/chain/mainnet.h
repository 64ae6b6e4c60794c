// Endpoints that know one block of mainnet and one proof, as they were recorded, and a backend that asks them.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "services/chain/endpoint_backend.h"
#include "tests/unit/chain/rpc_server.h"
#include "tests/unit/chain/vectors.h"

namespace status::chain::test {

inline constexpr const char* kWethBalance = "0x1d663f6a4afc5b01abb5d";

// That block as if it were new, or of so much later, with the hash that it has then.
Value block_of_now(std::chrono::seconds ahead = {});
// A block that was changed, with the hash that it has now.
Value rehashed(Value block);

class Mainnet {
 public:
  explicit Mainnet(Value block = vector("proof_block"), const std::string& certificate = {});

  std::string url() const { return server_.url(); }
  std::string name() const { return server_.name(); }
  RpcServer& server() { return server_; }
  // Every answer to `method` goes through it.
  void lie(const std::string& method, std::function<void(Value&)> lie);

 private:
  Result<Value> answer(const std::string& method, const Value::Array& params);

  const Value block_;  // without its transactions: nobody looks at them here
  const Value proof_ = vector("storage_proof");
  std::mutex mutex_;
  std::map<std::string, std::function<void(Value&)>> lies_;
  RpcServer server_;  // last: it uses the rest
};

// What a backend has said.
class Heard final : public BackendEvents {
 public:
  void on_head(const Head& head, bool reorganised) override;
  void on_readiness(Readiness readiness, const std::string& why) override;
  void on_notice(const std::string& text) override;

  // These wait, and fail the test when it does not come.
  Head head();
  Readiness readiness();
  std::string notice_with(const std::string& text);

 private:
  template <class Is>
  void wait(Is is, const char* what);

  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<Head> heads_;
  std::vector<Readiness> readiness_;
  std::vector<std::string> notices_;
};

// A backend that runs. `change` what is configured before it does.
class RunningBackend {
 public:
  RunningBackend(const std::vector<std::string>& endpoints, EndpointMode mode,
                 const std::function<void(NetworkSettings&)>& change = {});

  Heard& heard() { return heard_; }
  Backend& backend() { return *backend_; }
  Result<Answered<U256>> balance(BlockId block = {});
  BackendStatus status();
  EndpointInfo endpoint(const std::string& name);
  // Of any method: `ask(backend, deadline, done)`, and its answer.
  template <class T, class Ask>
  Result<T> get(Ask ask);

 private:
  Heard heard_;
  IoThread thread_;
  std::unique_ptr<EndpointBackend> backend_;
};

template <class T, class Ask>
Result<T> RunningBackend::get(Ask ask) {
  struct Slot {
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<Result<T>> answer;
  };
  const auto slot = std::make_shared<Slot>();
  ask(*backend_, std::chrono::steady_clock::now() + std::chrono::seconds(20), [slot](Result<T> answer) {
    const std::lock_guard lock(slot->mutex);
    slot->answer = std::move(answer);
    slot->answered.notify_all();
  });
  std::unique_lock lock(slot->mutex);
  if (!slot->answered.wait_for(lock, std::chrono::seconds(60), [&] { return slot->answer.has_value(); })) {
    return fail(Code::internal, "test.no_answer", "the backend has not answered");
  }
  return *slot->answer;
}

}  // namespace status::chain::test
