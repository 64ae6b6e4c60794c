// Store queries: ours to peers' stores, and peers' to ours. Mesh thread only.
#pragma once

#include <map>

#include "services/waku/backend.h"
#include "services/waku/mesh/frames.h"
#include "services/waku/mesh/message_archive.h"
#include "services/waku/mesh/peer.h"
#include "services/waku/mesh/runtime.h"

namespace status::waku::mesh {

class StoreQueries {
 public:
  StoreQueries(Runtime& runtime, MessageArchive& archive) : runtime_(runtime), archive_(archive) {}

  StoreQueries(const StoreQueries&) = delete;
  StoreQueries& operator=(const StoreQueries&) = delete;

  // Of our own store.
  Result<StorePage> local(const StoreQuery& query);
  // Of a peer's; `done` is called exactly once. RESOURCE_EXHAUSTED when too many are under way.
  void ask(Peer& peer, const StoreQuery& query, Done<StorePage> done);
  // Whether that request to this peer has no answer yet.
  bool expects(const Peer& peer, std::uint32_t request) const;
  void on_result(const Peer& peer, const QueryResult& result);
  void on_gone(const Peer& peer);
  void tick();
  // Ends all with UNAVAILABLE.
  void stop();

  // A peer's query of our store.
  void serve(Peer& peer, const Query& query);

 private:
  struct Waiting {
    const Peer* peer = nullptr;
    Done<StorePage> done;
    MonotonicTime deadline;
  };

  Result<StorePage> page_of(const QueryResult& result) const;
  template <class Predicate>
  void end(Predicate predicate, const Error& error);

  Runtime& runtime_;
  MessageArchive& archive_;
  std::map<std::uint32_t, Waiting> waiting_;
  std::uint32_t last_request_ = 0;
};

}  // namespace status::waku::mesh
