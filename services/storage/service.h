// The storage module without its process: typed methods over a backend, and transfers for the bulk socket.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "ipc/bulk/tickets.h"
#include "services/host/store/idempotency.h"
#include "services/storage/backend.h"
#include "services/storage/event_sink.h"

namespace status::storage {

// Who calls, as the connection says.
struct Caller {
  std::string name;
  std::string idempotency_key;  // empty: none
};

// Bytes that went over the bulk socket since the start.
struct Traffic {
  std::atomic<std::uint64_t> put = 0;
  std::atomic<std::uint64_t> got = 0;
};

// Every method: any thread, several at a time. put() with a key, resume() and finish() may take as long as the disk
// needs for the whole file. A put's key names the put itself, for as long as the backend knows it; the other writes give
// their first reply again when a key comes once more (services/host/store/idempotency.h).
class StorageService {
 public:
  // They outlive the service, and it the tickets that it gave out.
  struct Seams {
    store::Database& database;  // of the module, where the backend keeps what it is handed
    Backend& backend;
    std::string backend_name;
    EventSink& events;
    ipc::Tickets& tickets;
    std::string bulk_url;
    const Clock& clock;
    Random& random;  // thread-safe
  };
  static Result<std::unique_ptr<StorageService>> open(Seams seams);

  Result<Put::Reply> put(const Put::Request& request, const Caller& caller);
  Result<Resume::Reply> resume(const Resume::Request& request, const Caller& caller);
  Result<Finish::Reply> finish(const Finish::Request& request, const Caller& caller);
  Result<Cancel::Reply> cancel(const Cancel::Request& request, const Caller& caller);
  Result<Get::Reply> get(const Get::Request& request);
  Result<ManifestOf::Reply> manifest(const ManifestOf::Request& request);
  Result<List::Reply> list(const List::Request& request);
  Result<Exists::Reply> exists(const Exists::Request& request);
  Result<Delete::Reply> remove(const Delete::Request& request, const Caller& caller);
  Result<Pin::Reply> pin(const Pin::Request& request, const Caller& caller);
  Result<Space::Reply> space();

  const Traffic& traffic() const { return traffic_; }

 private:
  StorageService(Seams seams, std::unique_ptr<store::Idempotency> idempotency)
      : seams_(std::move(seams)), idempotency_(std::move(idempotency)) {}
  Result<TransferReply> transfer(const UploadId& id, UploadState state);
  // `effect(keep)` once per idempotency key; the reply is `view` of what it comes to, and kept with it.
  template <class M, class Outcome, class Effect, class View>
  Result<typename M::Reply> once(const typename M::Request& request, const Caller& caller, Effect effect, View view);
  Result<bool> cancel_get(const Keep<bool>& keep);

  const Seams seams_;
  const std::unique_ptr<store::Idempotency> idempotency_;
  Traffic traffic_;
};

}  // namespace status::storage
