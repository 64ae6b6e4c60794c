// Fetching what was missed from peers' stores, and serving peers from ours. Progress is a position in the peer's store,
// never a time, so wrong clocks do not matter; only the first contact with a store starts a span of time back, by the
// store's own clock. Mesh thread only.
#pragma once

#include <map>

#include "services/waku/mesh/message_archive.h"
#include "services/waku/mesh/peer.h"
#include "services/waku/mesh/relay.h"
#include "services/waku/mesh/runtime.h"

namespace status::waku::mesh {

class CatchUpClient {
 public:
  CatchUpClient(Runtime& runtime, MessageArchive& archive, Relay& relay)
      : runtime_(runtime), archive_(archive), relay_(relay) {}

  void on_ready(Peer& peer);
  // Whether that request to this peer has no answer yet.
  bool expects(const Peer& peer, std::uint32_t request) const;
  void on_page(Peer& peer, const Page& page);
  // `peer` handed over, or acknowledged, the message at this position of its store.
  void on_position(const Peer& peer, std::uint64_t position);
  // A message of this peer could not be stored: go back for it later.
  void on_hole(const Peer& peer);
  void on_gone(const Peer& peer);
  // Asks again where a hole is, and writes down progress.
  void tick();
  // Writes down progress; before the node ends.
  void flush();

 private:
  struct Progress {
    Peer* peer = nullptr;
    PeerId id{};
    PeerCursor cursor;
    std::uint32_t request = 0;  // outstanding, 0 for none
    std::uint64_t paged = 0;    // position that the last page of this run ended at
    bool live = false;          // everything up to `cursor` is here, and the link brings the rest
    bool hole = false;          // ask again
    bool unsaved = false;
  };

  void ask(Progress& progress);
  void save(Progress& progress);

  Runtime& runtime_;
  MessageArchive& archive_;
  Relay& relay_;
  std::map<const Peer*, Progress> progress_;
  std::uint32_t last_request_ = 0;
};

// The page that answers `request` from `archive`, for a peer that takes messages of `max_message_bytes`. `records` owns
// what the page points to.
Result<Page> serve_catch_up(Runtime& runtime, MessageArchive& archive, const CatchUp& request,
                            std::size_t max_message_bytes, std::vector<Record>& records);

}  // namespace status::waku::mesh
