#include "services/host/store/idempotency.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "services/host/store/meta.h"

namespace status::store {
namespace {

constexpr std::size_t kMaxKey = 64;
constexpr std::int64_t kKeptMs = std::chrono::milliseconds(Idempotency::kKept).count();

constexpr const char* kTable = R"(
CREATE TABLE store_idempotency (
  caller TEXT NOT NULL, method TEXT NOT NULL, key TEXT NOT NULL,
  digest BLOB NOT NULL, reply BLOB NOT NULL, time_ms INTEGER NOT NULL,
  PRIMARY KEY (caller, method, key));
CREATE INDEX store_idempotency_time ON store_idempotency (time_ms);
)";

}  // namespace

Idempotency::Claim::Claim(Idempotency& owner, Scope scope, const Digest& digest)
    : owner_(&owner, Release{std::move(scope)}), digest_(digest) {}

Idempotency::Claim::~Claim() = default;

void Idempotency::Claim::Release::operator()(Idempotency* owner) const noexcept {
  const std::lock_guard lock(owner->mutex_);
  owner->running_.erase(Running(scope.caller, scope.method, scope.key));
}

Status Idempotency::Claim::store(Transaction& tx, ByteView reply) {
  const Scope& scope = owner_.get_deleter().scope;
  const std::int64_t now = owner_->database_.clock().unix_ms();
  const auto expired = tx.run(
      "DELETE FROM store_idempotency WHERE rowid IN (SELECT rowid FROM store_idempotency WHERE time_ms < ?1 LIMIT 100)",
      {now - kKeptMs});
  if (!expired) return fail(expired.error());
  const auto stored = tx.run(
      "INSERT OR REPLACE INTO store_idempotency (caller, method, key, digest, reply, time_ms) VALUES (?1, ?2, ?3, ?4, "
      "?5, ?6)",
      {scope.caller, scope.method, scope.key, ByteView(digest_), reply, now});
  if (!stored) return fail(stored.error());
  return {};
}

Result<std::unique_ptr<Idempotency>> Idempotency::open(Database& database) {
  if (Status created = ensure_table(database, "store_idempotency", kTable); !created) return fail(created.error());
  return std::unique_ptr<Idempotency>(new Idempotency(database));
}

Result<Idempotency::Claim> Idempotency::claim(Scope scope, ByteView params) {
  if (scope.key.empty() || scope.key.size() > kMaxKey) {
    return fail(Code::invalid_argument, "ipc.invalid_params", "an idempotency key has 1 to 64 bytes");
  }
  {
    const std::lock_guard lock(mutex_);
    if (!running_.emplace(scope.caller, scope.method, scope.key).second) {
      return fail(make_retryable(Code::aborted, "ipc.still_running",
                                 scope.method + " with this idempotency key is still running", 100));
    }
  }
  Claim::Digest digest;
  crypto_hash_sha256(digest.data(), params.data(), params.size());
  Claim claim(*this, std::move(scope), digest);

  const Scope& asked = claim.owner_.get_deleter().scope;
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  Result<Statement> row = tx->query(
      "SELECT digest, reply FROM store_idempotency WHERE caller = ?1 AND method = ?2 AND key = ?3 AND time_ms >= ?4",
      {asked.caller, asked.method, asked.key, database_.clock().unix_ms() - kKeptMs});
  if (!row) return fail(row.error());
  const Result<bool> found = row->next();
  if (!found) return fail(found.error());
  if (!*found) return claim;
  const ByteView known = row->view(0);
  if (!std::equal(known.begin(), known.end(), digest.begin(), digest.end())) {
    return fail(Code::failed_precondition, "ipc.idempotency_mismatch",
                "this idempotency key was used for " + asked.method + " with other parameters: choose a new one");
  }
  claim.stored_ = row->bytes(1);
  return claim;
}

}  // namespace status::store
