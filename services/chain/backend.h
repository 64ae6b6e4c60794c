// What reads a chain. The service above does not know which implementation runs: `embedded` (ours: endpoints that have to
// prove what they say), `attach` (endpoints that are believed) or `native` (the verified proxy as a library).
//
// Threads: a backend works on one thread, which others may share. Every Backend function may be called from any thread, from an event or
// an answer too, returns at once unless it says that it blocks, and answers through its `Done`, exactly once, on the
// backend's thread. All events come there as well, one at a time: they may not wait.
//
// Errors of all that ask an endpoint: UNAVAILABLE `chain.connecting` (no block is known yet), `chain.no_endpoint`,
// `chain.unreachable`, `chain.busy`, `chain.bad_answer`; DEADLINE_EXCEEDED `chain.slow`; DATA_LOSS `chain.endpoint_lied`,
// naming the endpoint; NOT_FOUND `chain.unknown_block`; and those of ethereum/ and rpc/ that they name.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/result.h"
#include "services/chain/ethereum/hash.h"
#include "services/chain/ethereum/number.h"
#include "services/chain/ethereum/receipt.h"

namespace status::chain {

enum class Verified {
  none,     // an endpoint's word
  partial,  // proven against a block that one endpoint alone vouches for, or agreed on by several without a proof
  full,     // proven against a block that the configured trust vouches for
};
enum class Readiness { connecting, syncing, ready, stale };

// A block of the chain: by its hash, by its number, or the newest one.
struct BlockId {
  std::optional<std::uint64_t> number = {};
  std::optional<Hash> hash = {};
};

// What an answer is about, and how far it may be believed.
struct Against {
  Verified verified = Verified::none;
  std::uint64_t number = 0;
  Hash hash{};
};
template <class T>
struct Answered {
  T value;
  Against against;
};

struct Head {
  Against against;
  Hash parent{};
  std::int64_t timestamp = 0;  // Unix seconds
  std::string endpoint;        // one that has it
};

struct EndpointInfo {
  std::string name;
  bool is_proxy = false;
  double health = 0;  // 0 ... 1
  double latency_ms = 0;
  std::uint64_t answers = 0;
  std::uint64_t failures = 0;
  std::uint64_t lies = 0;
  std::string last_error;
};

struct BackendStatus {
  Readiness readiness = Readiness::connecting;
  std::string why;  // it is not ready; empty when it is
  std::optional<Head> head;
  std::vector<EndpointInfo> endpoints;
};

// Exactly one transaction, not signed: what a contract would answer.
struct CallQuery {
  std::optional<Address> from;
  std::optional<Address> to;
  U256 value;
  Bytes data;
  BlockId block;
};

struct Fees {
  U256 base_fee;      // of the next block
  U256 priority_fee;  // that half of the transactions of the last blocks have paid
};

struct BlockInfo {
  Head head;
  Address beneficiary{};
  Hash state_root{};
  Hash transactions_root{};
  Hash receipts_root{};
  std::uint64_t gas_limit = 0;
  std::uint64_t gas_used = 0;
  std::optional<U256> base_fee;
  std::vector<Hash> transactions;
};

struct TransactionInfo {
  Hash hash{};
  std::uint8_t type = 0;
  Address from{};
  std::optional<Address> to;
  std::uint64_t nonce = 0;
  U256 value;
  std::uint64_t gas = 0;
  Bytes input;
  std::optional<std::uint64_t> index;  // empty: it is in no block yet
};

struct LogInfo {
  Log log;
  std::uint64_t block_number = 0;
  Hash block_hash{};
  Hash transaction{};
  std::uint64_t transaction_index = 0;
  std::uint64_t log_index = 0;  // in its block
};

struct ReceiptInfo {
  Hash transaction{};
  std::uint64_t index = 0;
  bool succeeded = false;
  std::uint64_t gas_used = 0;
  std::uint64_t cumulative_gas_used = 0;
  U256 effective_gas_price;
  Address from{};
  std::optional<Address> to;
  std::optional<Address> contract;
  std::vector<LogInfo> logs;
};

struct LogQuery {
  std::uint64_t from = 0;  // blocks, both inclusive
  std::uint64_t to = 0;
  std::vector<Address> addresses;                        // any of these; none: all
  std::vector<std::optional<std::vector<Hash>>> topics;  // per position any of these; empty: all
};

class BackendEvents {
 public:
  virtual ~BackendEvents() = default;
  // A new newest block. `reorganised`: the one before is no longer of the chain.
  virtual void on_head(const Head& head, bool reorganised) = 0;
  virtual void on_readiness(Readiness readiness, const std::string& why) = 0;
  // For the log: what an operator wants to know, such as a lie.
  virtual void on_notice(const std::string& text) = 0;
};

template <class T>
using Done = std::function<void(Result<T>)>;

class Backend {
 public:
  virtual ~Backend() = default;

  // Returns at once: endpoints are looked for from now on. `events` outlives the backend's run.
  virtual void start(BackendEvents& events) = 0;
  // Blocks; after it no event and no answer comes (unanswered calls have got UNAVAILABLE). May be repeated.
  virtual void stop() = 0;

  virtual void status(Done<BackendStatus> done) = 0;
  virtual void balance(Address address, BlockId block, MonotonicTime deadline, Done<Answered<U256>> done) = 0;
  virtual void nonce(Address address, BlockId block, MonotonicTime deadline, Done<Answered<std::uint64_t>> done) = 0;
  virtual void code(Address address, BlockId block, MonotonicTime deadline, Done<Answered<Bytes>> done) = 0;
  virtual void storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline,
                          Done<Answered<U256>> done) = 0;
  virtual void call(CallQuery query, MonotonicTime deadline, Done<Answered<Bytes>> done) = 0;
  virtual void estimate_gas(CallQuery query, MonotonicTime deadline, Done<Answered<std::uint64_t>> done) = 0;
  virtual void fees(MonotonicTime deadline, Done<Answered<Fees>> done) = 0;
  virtual void block(BlockId block, MonotonicTime deadline, Done<Answered<BlockInfo>> done) = 0;
  // NOT_FOUND `chain.unknown_transaction`, here and below.
  virtual void transaction(Hash hash, MonotonicTime deadline, Done<Answered<TransactionInfo>> done) = 0;
  virtual void receipt(Hash transaction, MonotonicTime deadline, Done<Answered<ReceiptInfo>> done) = 0;
  // The head is what the answer is against. OUT_OF_RANGE `chain.too_many_blocks`.
  virtual void logs(LogQuery query, MonotonicTime deadline, Done<Answered<std::vector<LogInfo>>> done) = 0;
  // The transaction's hash, once an endpoint has taken it; also when it had it already. ABORTED `chain.rejected`.
  virtual void send(Bytes raw, MonotonicTime deadline, Done<Hash> done) = 0;
  // As the endpoint answers it.
  virtual void rpc(std::string method, Value::Array params, MonotonicTime deadline, Done<Value> done) = 0;
};

}  // namespace status::chain
