// The backends that ask endpoints: over HTTP `embedded` and `attach`, and `native`, which asks a library as `attach` asks a
// verified proxy.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "services/chain/backend.h"
#include "services/chain/io_thread.h"
#include "services/chain/network/settings.h"
#include "services/chain/rpc/link.h"

namespace status::chain {

enum class EndpointMode {
  embedded,  // endpoints have to prove what they say
  attach,    // they are believed
};

struct Traffic {
  std::uint64_t received = 0;  // bytes
  std::uint64_t sent = 0;
};

// An endpoint that is no URL, and takes one call at a time; its links answer on that io_context's thread.
using PlaceMaker = std::function<rpc::Place(boost::asio::io_context&)>;

class EndpointBackend final : public Backend {
 public:
  // The thread outlives it. `further`: one more endpoint; null: there is none.
  EndpointBackend(Network network, EndpointMode mode, IoThread& thread, PlaceMaker further = nullptr);
  // Stops.
  ~EndpointBackend() override;

  void start(BackendEvents& events) override;
  void stop() override;

  void status(Done<BackendStatus> done) override;
  void balance(Address address, BlockId block, MonotonicTime deadline, Done<Answered<U256>> done) override;
  void nonce(Address address, BlockId block, MonotonicTime deadline, Done<Answered<std::uint64_t>> done) override;
  void code(Address address, BlockId block, MonotonicTime deadline, Done<Answered<Bytes>> done) override;
  void storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline,
                  Done<Answered<U256>> done) override;
  void call(CallQuery query, MonotonicTime deadline, Done<Answered<Bytes>> done) override;
  void estimate_gas(CallQuery query, MonotonicTime deadline, Done<Answered<std::uint64_t>> done) override;
  void fees(MonotonicTime deadline, Done<Answered<Fees>> done) override;
  void block(BlockId block, MonotonicTime deadline, Done<Answered<BlockInfo>> done) override;
  void transaction(Hash hash, MonotonicTime deadline, Done<Answered<TransactionInfo>> done) override;
  void receipt(Hash transaction, MonotonicTime deadline, Done<Answered<ReceiptInfo>> done) override;
  void logs(LogQuery query, MonotonicTime deadline, Done<Answered<std::vector<LogInfo>>> done) override;
  void send(Bytes raw, MonotonicTime deadline, Done<Hash> done) override;
  void rpc(std::string method, Value::Array params, MonotonicTime deadline, Done<Value> done) override;

  // Of all links. Any thread; a figure of a moment ago.
  Traffic traffic() const;

 private:
  class Running;
  const std::unique_ptr<Running> running_;
};

}  // namespace status::chain
