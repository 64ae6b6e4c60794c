// Who may move which bytes on a bulk socket. A ticket is 16 random bytes, of which this end keeps the digest alone; one
// that is not used is forgotten, so that a front end that went away holds nothing.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/server/access.h"

namespace status::ipc {

// One transfer's bytes. On the bulk socket's worker, one call at a time.
class BulkTransfer {
 public:
  virtual ~BulkTransfer() = default;
  // The new end. UNIMPLEMENTED `ipc.bulk_direction` for a transfer that goes the other way, as below.
  virtual Result<std::uint64_t> write(std::uint64_t offset, ByteView chunk);
  // At most `bytes`; fewer only at the end.
  virtual Result<Bytes> read(std::uint64_t offset, std::size_t bytes);
};

// Any thread.
class Tickets final : public AccessPolicy {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::chrono::minutes kUnused{2};

  // Both outlive this.
  Tickets(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  // A ticket for the transfer of that name; the one before it, if there is one, is worth nothing any more.
  // RESOURCE_EXHAUSTED `ipc.too_many_transfers`.
  Result<Credential> open(const Bytes& name, std::shared_ptr<BulkTransfer> transfer);
  // Waits for the chunk that is being moved; what comes later is refused. Whether there was one.
  bool close(const Bytes& name);
  // UNAUTHENTICATED `ipc.unknown_ticket`. Keeps it for another kUnused.
  Result<std::shared_ptr<BulkTransfer>> find(const RequestHeader& header);
  // `move(transfer)` with the ticket's, one at a time.
  template <class Move>
  auto use(const RequestHeader& header, Move move) -> decltype(move(std::declval<BulkTransfer&>())) {
    const std::lock_guard moving(moving_);
    const Result<std::shared_ptr<BulkTransfer>> transfer = find(header);
    if (!transfer) return fail(transfer.error());
    return move(**transfer);
  }

  // Whoever has a ticket may say what bulk_api.h says.
  Result<std::shared_ptr<const Caller>> identify(const RequestHeader& header) const override;

 private:
  using Digest = std::array<std::uint8_t, 32>;
  struct Entry {
    Bytes name;
    std::shared_ptr<BulkTransfer> transfer;
    MonotonicTime used;
  };

  const Clock& clock_;
  Random& random_;
  const std::shared_ptr<const Caller> holder_ =
      std::make_shared<const Caller>(Caller{.name = "ticket", .methods = MethodSet::all()});
  std::mutex moving_;  // held while a chunk is moved; before mutex_
  mutable std::mutex mutex_;
  std::map<Digest, Entry> entries_;  // under mutex_
};

}  // namespace status::ipc
