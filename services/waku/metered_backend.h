// Any backend behind the host's gate: its calls are measured, and faults let in, one by one.
#pragma once

#include <memory>

#include "services/host/backend_gate.h"
#include "services/waku/backend.h"

namespace status::waku {

class MeteredBackend final : public Backend {
 public:
  // The gate outlives it.
  MeteredBackend(std::unique_ptr<Backend> backend, host::BackendGate& gate)
      : backend_(std::move(backend)), gate_(gate) {}

  Result<Started> start(BackendEvents& events, const Resume& resume) override;
  void stop() override { backend_->stop(); }
  void head(Done<std::uint64_t> done) override;
  void subscribe(std::vector<std::string> content_topics, Done<void> done) override;
  void unsubscribe(std::vector<std::string> content_topics, Done<void> done) override;
  void resume(std::uint64_t position) override { backend_->resume(position); }
  void send(WakuMessage message, Done<MessageHash> done) override;
  void store_query(StoreQuery query, std::string peer, Done<StorePage> done) override;
  void peers(Done<std::vector<PeerInfo>> done) override;
  void connect(std::string address, Done<std::string> done) override;
  void disconnect(std::string address, Done<void> done) override;
  void info(Done<BackendInfo> done) override;

 private:
  // `start(done)` begins the call at the backend.
  template <class T, class Start>
  void begin(const char* function, Done<T> done, Start start,
             host::BackendGate::Waits waits = host::BackendGate::Waits::here);

  const std::unique_ptr<Backend> backend_;
  host::BackendGate& gate_;
};

}  // namespace status::waku
