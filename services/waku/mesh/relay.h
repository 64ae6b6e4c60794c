// What happens to a message that arrives or is sent here: checked, stored, passed on to every other peer, delivered.
// Each message once: by the archive for good, by a cache for ephemeral ones. Mesh thread only.
#pragma once

#include "services/waku/mesh/delivery.h"
#include "services/waku/mesh/frames.h"
#include "services/waku/mesh/message_archive.h"
#include "services/waku/mesh/runtime.h"
#include "services/waku/mesh/tls_link.h"
#include "services/waku/seen_cache.h"

namespace status::waku::mesh {

class Peer;

class Forwarder {
 public:
  virtual ~Forwarder() = default;
  // To every ready peer but `source` that takes messages of this size; what is stored only to those that have caught
  // up, because the others find it there, in its order.
  virtual void forward(const SharedFrame& frame, std::size_t message_bytes, bool stored, const Peer* source) = 0;
};

class Relay {
 public:
  Relay(Runtime& runtime, MessageArchive& archive, Forwarder& forwarder, Delivery& delivery);

  struct Verdict {
    Outcome outcome = Outcome::rejected;
    bool hashed = false;          // `hash` is known: the message could be read
    bool fresh = false;           // first seen now
    bool archive_failed = false;  // relayed and delivered to nobody here: it has to be fetched again
    MessageHash hash{};
    std::uint64_t position = 0;  // in our archive, when fresh and stored
  };
  // From `source`, live or out of its store.
  Verdict accept(const PageEntry& entry, const Peer* source);

  struct Published {
    MessageHash hash{};
    SharedFrame frame;
    std::uint64_t position = 0;  // in our archive; 0: ephemeral
    bool fresh = true;           // false: it was in the archive before, and has been offered to nobody now
  };
  // A message of this node. Errors as of Backend::send.
  Result<Published> publish(const WakuMessage& message);

 private:
  Verdict store(const WakuMessage& message, const PageEntry& entry, Verdict verdict);
  SharedFrame frame(std::uint64_t position, const PageEntry& entry) const;

  Runtime& runtime_;
  MessageArchive& archive_;
  Forwarder& forwarder_;
  Delivery& delivery_;
  SeenCache stored_;  // spares the archive the copies that come from every peer
  // Apart, because the ephemeral flag is not part of the hash: a forged ephemeral twin must not keep the real one out
  // of the store.
  SeenCache unstored_;
};

}  // namespace status::waku::mesh
