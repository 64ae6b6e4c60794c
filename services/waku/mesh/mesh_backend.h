// The embedded backend: a small real network of our own nodes (MESH.md). One thread, which runs all of it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/tls/traffic.h"
#include "services/waku/backend.h"
#include "services/waku/mesh/config.h"
#include "services/waku/mesh/message_archive.h"

namespace status::waku::mesh {

class MeshBackend final : public Backend {
 public:
  struct Parts {
    Config config;
    std::string folder;  // the module's own; holds mesh_key.pem (0600) and mesh_port
    std::unique_ptr<MessageArchive> archive;
    const Clock& clock;
    Random& random;  // used on the mesh thread only
  };

  explicit MeshBackend(Parts parts);
  ~MeshBackend() override;

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

  // Of all links since it was made. Any thread.
  const tls::Traffic& traffic() const { return traffic_; }

 private:
  struct Running;

  // `work(node)` on the mesh thread, or UNAVAILABLE on this one when the backend does not run.
  template <class T, class Work>
  void run(Done<T> done, Work work);

  Parts parts_;
  tls::Traffic traffic_;
  std::mutex mutex_;  // guards running_; what is posted under it comes before the end
  std::unique_ptr<Running> running_;
};

}  // namespace status::waku::mesh
