// What a ticket of the bulk socket stands for: one put, or one get.
#pragma once

#include "ipc/bulk/tickets.h"
#include "services/storage/backend.h"
#include "services/storage/event_sink.h"
#include "services/storage/service.h"

namespace status::storage {

// Says how far a transfer is, ten times a second at most, and at its end.
class ProgressReporter {
 public:
  static constexpr std::chrono::milliseconds kBetween{100};

  // `size`: where it ends, if that is known. Sink and clock outlive it.
  ProgressReporter(HexBytes transfer, std::string direction, std::optional<std::uint64_t> size, EventSink& events,
                   const Clock& clock)
      : event_{std::move(transfer), std::move(direction), 0, size}, events_(events), clock_(clock) {}

  void reached(std::uint64_t offset);

 private:
  TransferProgress event_;
  EventSink& events_;
  const Clock& clock_;
  std::optional<MonotonicTime> said_;
};

class PutTransfer final : public ipc::BulkTransfer {
 public:
  PutTransfer(Backend& backend, const UploadId& id, std::string owner, ProgressReporter progress, Traffic& traffic)
      : backend_(backend), id_(id), owner_(std::move(owner)), progress_(std::move(progress)), traffic_(traffic) {}

  Result<std::uint64_t> write(std::uint64_t offset, ByteView chunk) override;

 private:
  Backend& backend_;
  const UploadId id_;
  const std::string owner_;
  ProgressReporter progress_;
  Traffic& traffic_;
};

class GetTransfer final : public ipc::BulkTransfer {
 public:
  // Gives nothing outside of `begin` to `end`.
  GetTransfer(Backend& backend, const Cid& cid, std::uint64_t begin, std::uint64_t end, ProgressReporter progress,
              Traffic& traffic)
      : backend_(backend), cid_(cid), begin_(begin), end_(end), progress_(std::move(progress)), traffic_(traffic) {}

  Result<Bytes> read(std::uint64_t offset, std::size_t bytes) override;

 private:
  Backend& backend_;
  const Cid cid_;
  const std::uint64_t begin_;
  const std::uint64_t end_;
  ProgressReporter progress_;
  Traffic& traffic_;
};

}  // namespace status::storage
