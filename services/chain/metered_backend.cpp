#include "services/chain/metered_backend.h"

namespace status::chain {

template <class T, class... Parameters, class... Arguments>
void MeteredBackend::begin(const char* function, Done<T> done, void (Backend::*method)(Parameters...),
                           Arguments... arguments) {
  Result<Done<T>> measured = gate_.begin<T>(function, done, host::BackendGate::Waits::remote);
  if (!measured) return done(fail(std::move(measured.error())));
  (backend_.*method)(std::move(arguments)..., std::move(*measured));
}

void MeteredBackend::balance(Address address, BlockId block, MonotonicTime deadline, Done<Answered<U256>> done) {
  begin("balance", std::move(done), &Backend::balance, address, block, deadline);
}

void MeteredBackend::nonce(Address address, BlockId block, MonotonicTime deadline, Done<Answered<std::uint64_t>> done) {
  begin("nonce", std::move(done), &Backend::nonce, address, block, deadline);
}

void MeteredBackend::code(Address address, BlockId block, MonotonicTime deadline, Done<Answered<Bytes>> done) {
  begin("code", std::move(done), &Backend::code, address, block, deadline);
}

void MeteredBackend::storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline,
                                Done<Answered<U256>> done) {
  begin("storage_at", std::move(done), &Backend::storage_at, address, slot, block, deadline);
}

void MeteredBackend::call(CallQuery query, MonotonicTime deadline, Done<Answered<Bytes>> done) {
  begin("call", std::move(done), &Backend::call, std::move(query), deadline);
}

void MeteredBackend::estimate_gas(CallQuery query, MonotonicTime deadline, Done<Answered<std::uint64_t>> done) {
  begin("estimate_gas", std::move(done), &Backend::estimate_gas, std::move(query), deadline);
}

void MeteredBackend::fees(MonotonicTime deadline, Done<Answered<Fees>> done) {
  begin("fees", std::move(done), &Backend::fees, deadline);
}

void MeteredBackend::block(BlockId block, MonotonicTime deadline, Done<Answered<BlockInfo>> done) {
  begin("block", std::move(done), &Backend::block, block, deadline);
}

void MeteredBackend::transaction(Hash hash, MonotonicTime deadline, Done<Answered<TransactionInfo>> done) {
  begin("transaction", std::move(done), &Backend::transaction, hash, deadline);
}

void MeteredBackend::receipt(Hash transaction, MonotonicTime deadline, Done<Answered<ReceiptInfo>> done) {
  begin("receipt", std::move(done), &Backend::receipt, transaction, deadline);
}

void MeteredBackend::logs(LogQuery query, MonotonicTime deadline, Done<Answered<std::vector<LogInfo>>> done) {
  begin("logs", std::move(done), &Backend::logs, std::move(query), deadline);
}

void MeteredBackend::send(Bytes raw, MonotonicTime deadline, Done<Hash> done) {
  begin("send", std::move(done), &Backend::send, std::move(raw), deadline);
}

void MeteredBackend::rpc(std::string method, Value::Array params, MonotonicTime deadline, Done<Value> done) {
  begin("rpc", std::move(done), &Backend::rpc, std::move(method), std::move(params), deadline);
}

}  // namespace status::chain
