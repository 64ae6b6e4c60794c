#include "ipc/bulk/tickets.h"

namespace status::ipc {
namespace {

tl::unexpected<Error> other_direction() {
  return fail(Code::unimplemented, "ipc.bulk_direction", "the bytes of this transfer go the other way");
}

tl::unexpected<Error> unknown() {
  return fail(Code::unauthenticated, "ipc.unknown_ticket",
              "the ticket is not known here: the transfer has ended, was not used for two minutes, or the module has "
              "been restarted; begin or resume it");
}

}  // namespace

Result<std::uint64_t> BulkTransfer::write(std::uint64_t, ByteView) { return other_direction(); }
Result<Bytes> BulkTransfer::read(std::uint64_t, std::size_t) { return other_direction(); }

Result<Credential> Tickets::open(const Bytes& name, std::shared_ptr<BulkTransfer> transfer) {
  const MonotonicTime now = clock_.monotonic();
  Credential ticket;
  random_.fill(ticket);
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_,
                [&](const auto& entry) { return entry.second.name == name || now - entry.second.used > kUnused; });
  if (entries_.size() >= kMost) {
    return fail(make_retryable(Code::resource_exhausted, "ipc.too_many_transfers",
                               "too many transfers are under way here", 1'000));
  }
  entries_[credential_digest(ticket)] = {name, std::move(transfer), now};
  return ticket;
}

bool Tickets::close(const Bytes& name) {
  {
    const std::lock_guard lock(mutex_);
    if (std::erase_if(entries_, [&](const auto& entry) { return entry.second.name == name; }) == 0) return false;
  }
  const std::lock_guard moved(moving_);
  return true;
}

Result<std::shared_ptr<BulkTransfer>> Tickets::find(const RequestHeader& header) {
  if (!header.credential) return unknown();
  const Digest digest = credential_digest(*header.credential);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(digest);
  if (found == entries_.end()) return unknown();
  found->second.used = clock_.monotonic();
  return found->second.transfer;
}

Result<std::shared_ptr<const Caller>> Tickets::identify(const RequestHeader& header) const {
  if (!header.credential) return unknown();
  const Digest digest = credential_digest(*header.credential);
  const std::lock_guard lock(mutex_);
  if (!entries_.contains(digest)) return unknown();
  return holder_;
}

}  // namespace status::ipc
