// The delivery team's library as a backend: in the process of the module waku_native, called over IPC. Messages are
// Waku's own, and the library's node is one of its network.
//
// While that process is away, being started anew: what is sent waits with the service, subscriptions are taken and put in
// place later, queries are UNAVAILABLE; then what was missed is asked of a store.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "services/waku/native/node.h"

namespace status::waku::native {

class NativeBackend final : public Backend {
 public:
  struct Parts {
    Settings settings;
    ipc::Client& client;
    const Clock& clock;
    Health health;
  };
  // Client and clock outlive it.
  explicit NativeBackend(Parts parts) : parts_(std::move(parts)) {}
  ~NativeBackend() override { stop(); }

  // Does not wait for the library: it may be on its way up.
  Result<Started> start(BackendEvents& events, const Resume& resume) override;
  void stop() override;
  void head(Done<std::uint64_t> done) override;
  void subscribe(std::vector<std::string> content_topics, Done<void> done) override;
  void unsubscribe(std::vector<std::string> content_topics, Done<void> done) override;
  void resume(std::uint64_t position) override;
  void send(WakuMessage message, Done<MessageHash> done) override;
  void store_query(StoreQuery query, std::string peer, Done<StorePage> done) override;
  void peers(Done<std::vector<PeerInfo>> done) override;
  void connect(std::string address, Done<std::string> done) override;
  void disconnect(std::string address, Done<void> done) override;
  void info(Done<BackendInfo> done) override;

 private:
  struct Running;
  // Posts `work(node, done)`; when nothing runs, or stops before there is an answer, `done` gets UNAVAILABLE.
  template <class T, class Work>
  void run(Done<T> done, Work work);

  const Parts parts_;
  std::mutex mutex_;
  std::shared_ptr<Running> running_;  // under mutex_
};

}  // namespace status::waku::native
