// Makes a repeated write harmless (WIRE.md section 2): the reply to a keyed call is stored in the same transaction as
// its effect, and the same key gets that reply again for 24 hours.
//
//   auto claim = idempotency.claim({caller, method, key}, params);
//   if (!claim) return fail(claim.error());
//   if (claim->stored_reply()) return *claim->stored_reply();
//   auto tx = database.write(); …the effect… ; claim->store(*tx, reply_bytes); tx->commit();
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "services/host/store/database.h"

namespace status::store {

class Idempotency {
 public:
  static constexpr std::chrono::hours kKept{24};

  struct Scope {
    std::string caller;  // module or front end identity, from the connection
    std::string method;
    std::string key;  // as the caller chose it, at most 64 bytes
  };

  // The right to run one keyed call; while it lives, the same key is ABORTED elsewhere. Must not outlive the
  // Idempotency.
  class Claim {
   public:
    Claim(Claim&&) noexcept = default;
    Claim& operator=(Claim&&) = delete;
    ~Claim();

    // Set: the call has been done before; answer this and do nothing.
    const std::optional<Bytes>& stored_reply() const { return stored_; }
    // In the transaction of the effect, before its commit. Forgets up to 100 expired entries on the way.
    Status store(Transaction& tx, ByteView reply);

   private:
    friend class Idempotency;
    using Digest = std::array<std::uint8_t, 32>;
    struct Release {
      void operator()(Idempotency* owner) const noexcept;
      Scope scope;
    };
    Claim(Idempotency& owner, Scope scope, const Digest& digest);

    std::unique_ptr<Idempotency, Release> owner_;
    Digest digest_;
    std::optional<Bytes> stored_;
  };

  // Creates its table. Outside any transaction.
  static Result<std::unique_ptr<Idempotency>> open(Database& database);

  // `params` are the bytes of the request's body; only their SHA-256 is kept. Outside any transaction. Any thread.
  // Errors: FAILED_PRECONDITION (`ipc.idempotency_mismatch`) when the key was used with other parameters; ABORTED,
  // retryable
  // (`ipc.still_running`) while the first call runs; INVALID_ARGUMENT (`ipc.invalid_params`) for an empty or too long
  // key.
  Result<Claim> claim(Scope scope, ByteView params);

 private:
  explicit Idempotency(Database& database) : database_(database) {}
  using Running = std::tuple<std::string, std::string, std::string>;

  Database& database_;
  std::mutex mutex_;
  std::set<Running> running_;  // under mutex_
};

}  // namespace status::store
