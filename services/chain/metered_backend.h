// Any backend behind the host's gate: its calls are measured, and faults let in, one by one.
#pragma once

#include "services/chain/backend.h"
#include "services/host/backend_gate.h"

namespace status::chain {

class MeteredBackend final : public Backend {
 public:
  // They outlive it.
  MeteredBackend(Backend& backend, host::BackendGate& gate) : backend_(backend), gate_(gate) {}

  void start(BackendEvents& events) override { backend_.start(events); }
  void stop() override { backend_.stop(); }
  void status(Done<BackendStatus> done) override { backend_.status(std::move(done)); }
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

 private:
  // Calls the backend's `method` with `arguments` and the measured `done`.
  template <class T, class... Parameters, class... Arguments>
  void begin(const char* function, Done<T> done, void (Backend::*method)(Parameters...), Arguments... arguments);

  Backend& backend_;
  host::BackendGate& gate_;
};

}  // namespace status::chain
