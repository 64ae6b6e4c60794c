// Messages of this node until they are known to be elsewhere. Mesh thread only.
#pragma once

#include <map>
#include <vector>

#include "services/waku/backend.h"
#include "services/waku/mesh/frames.h"
#include "services/waku/mesh/runtime.h"
#include "services/waku/mesh/tls_link.h"

namespace status::waku::mesh {

class Pending {
 public:
  Pending(Runtime& runtime, BackendEvents& events) : runtime_(runtime), events_(events) {}

  bool full() const;
  // `frame` where it has to be offered to every peer that comes; null for a message that peers fetch from the archive.
  void add(const MessageHash& hash, bool ephemeral, SharedFrame frame);
  void on_ack(const MessageHash& hash, Outcome outcome);
  // What no peer has taken yet and none would fetch, oldest first: for one that has just come.
  std::vector<SharedFrame> unpropagated() const;
  // Reports what found no taker in time.
  void tick();
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Entry {
    SharedFrame frame;
    bool ephemeral = false;
    std::uint64_t order = 0;
    bool propagated = false;
    bool rejected = false;
    MonotonicTime deadline;
  };
  using Waiting = std::map<MessageHash, Entry>;

  void erase(Waiting::iterator entry);
  void report_failure(const MessageHash& hash, const Entry& entry);

  Runtime& runtime_;
  BackendEvents& events_;
  Waiting waiting_;
  std::uint64_t added_ = 0;
  std::size_t frame_bytes_ = 0;
};

}  // namespace status::waku::mesh
