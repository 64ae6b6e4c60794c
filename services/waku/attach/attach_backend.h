// The backend over a node that runs already, somebody else's process: its REST interface is all that is used of it. One
// thread, which runs all of it; nothing is kept but the network's numbers.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/tls/traffic.h"
#include "services/waku/attach/config.h"
#include "services/waku/backend.h"

namespace status::waku::attach {

class AttachBackend final : public Backend {
 public:
  struct Parts {
    Config config;
    std::string folder;  // the module's own; keeps attach_network
    const Clock& clock;
    Random& random;  // used on the backend's thread only
  };

  explicit AttachBackend(Parts parts);
  ~AttachBackend() override;

  // Waits for the node at most Config::start_wait, and not at all for one whose network is known from the configuration
  // or from before: that is found when it comes. Errors besides those of Backend: UNAVAILABLE `waku.node_unreachable`,
  // `waku.node_initialising`; FAILED_PRECONDITION `waku.unknown_network`, `waku.wrong_network`.
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

  // Of all connections since it was made, HTTP included. Any thread.
  const tls::Traffic& traffic() const { return traffic_; }

 private:
  struct Running;

  // `work(node, done)` on the backend's thread, or UNAVAILABLE on this one when the backend does not run.
  template <class T, class Work>
  void run(Done<T> done, Work work);

  Parts parts_;
  tls::Traffic traffic_;
  std::mutex mutex_;  // guards running_; what is posted under it comes before the end
  std::unique_ptr<Running> running_;
};

}  // namespace status::waku::attach
