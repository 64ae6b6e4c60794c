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
  // A message that peers fetch from the archive, where it has this position.
  void add(const MessageHash& hash, std::uint64_t position);
  // An ephemeral one, which has to be offered to every peer that comes.
  void add(const MessageHash& hash, SharedFrame frame);
  void on_ack(const MessageHash& hash, Outcome outcome);
  // A peer has everything of the archive up to here: as good as an acknowledgement of each.
  void on_stored_up_to(std::uint64_t position);
  // What no peer has taken yet and none would fetch, oldest first: for one that has just come.
  std::vector<SharedFrame> unpropagated() const;
  // Reports what found no taker in time.
  void tick();
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Entry {
    SharedFrame frame;           // of an ephemeral one
    std::uint64_t position = 0;  // of another
    std::uint64_t order = 0;
    bool propagated = false;
    bool rejected = false;
    MonotonicTime deadline;
  };
  using Waiting = std::map<MessageHash, Entry>;

  void add(const MessageHash& hash, Entry entry);
  void erase(Waiting::iterator entry);
  void report_failure(const MessageHash& hash, const Entry& entry);

  Runtime& runtime_;
  BackendEvents& events_;
  Waiting waiting_;
  std::uint64_t added_ = 0;
  std::size_t frame_bytes_ = 0;
};

}  // namespace status::waku::mesh
