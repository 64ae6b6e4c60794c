#include "services/waku/metered_backend.h"

#include <utility>

namespace status::waku {

template <class T, class Start>
void MeteredBackend::begin(const char* function, Done<T> done, Start start, host::BackendGate::Waits waits) {
  Result<Done<T>> measured = gate_.begin<T>(function, done, waits);
  measured ? start(std::move(*measured)) : done(fail(std::move(measured.error())));
}

Result<Started> MeteredBackend::start(BackendEvents& events, const Resume& resume) {
  return gate_.call("start", [&] { return backend_->start(events, resume); });
}

void MeteredBackend::head(Done<std::uint64_t> done) {
  begin("head", std::move(done), [&](Done<std::uint64_t> measured) { backend_->head(std::move(measured)); });
}

void MeteredBackend::subscribe(std::vector<std::string> content_topics, Done<void> done) {
  begin("subscribe", std::move(done),
        [&](Done<void> measured) { backend_->subscribe(std::move(content_topics), std::move(measured)); });
}

void MeteredBackend::unsubscribe(std::vector<std::string> content_topics, Done<void> done) {
  begin("unsubscribe", std::move(done),
        [&](Done<void> measured) { backend_->unsubscribe(std::move(content_topics), std::move(measured)); });
}

void MeteredBackend::send(WakuMessage message, Done<MessageHash> done) {
  begin("send", std::move(done),
        [&](Done<MessageHash> measured) { backend_->send(std::move(message), std::move(measured)); });
}

void MeteredBackend::store_query(StoreQuery query, std::string peer, Done<StorePage> done) {
  begin(
      "store_query", std::move(done),
      [&](Done<StorePage> measured) { backend_->store_query(std::move(query), std::move(peer), std::move(measured)); },
      host::BackendGate::Waits::remote);
}

void MeteredBackend::peers(Done<std::vector<PeerInfo>> done) {
  begin("peers", std::move(done), [&](Done<std::vector<PeerInfo>> measured) { backend_->peers(std::move(measured)); });
}

void MeteredBackend::connect(std::string address, Done<std::string> done) {
  begin(
      "connect", std::move(done),
      [&](Done<std::string> measured) { backend_->connect(std::move(address), std::move(measured)); },
      host::BackendGate::Waits::remote);
}

void MeteredBackend::disconnect(std::string address, Done<void> done) {
  begin("disconnect", std::move(done),
        [&](Done<void> measured) { backend_->disconnect(std::move(address), std::move(measured)); });
}

void MeteredBackend::info(Done<BackendInfo> done) {
  begin("info", std::move(done), [&](Done<BackendInfo> measured) { backend_->info(std::move(measured)); });
}

}  // namespace status::waku
