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
  // `frame` only of an ephemeral message: a stored one is fetched from the archive by every peer that comes.
  void add(const MessageHash& hash, SharedFrame frame);
  void on_ack(const MessageHash& hash, Outcome outcome);
  // The ephemeral messages that no peer has taken yet, oldest first: for one that has just come.
  std::vector<SharedFrame> unpropagated() const;
  // Reports what found no taker in time.
  void tick();
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Entry {
    SharedFrame frame;
    std::uint64_t order = 0;
    bool propagated = false;
    bool rejected = false;
    MonotonicTime deadline;

    bool ephemeral() const { return frame != nullptr; }
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
