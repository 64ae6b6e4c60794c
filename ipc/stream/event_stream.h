// A volatile stream: a bounded ring in memory. A reader that fell behind gets `lagged`, one that read another
// incarnation `reset`, and takes a snapshot. Any thread.
#pragma once

#include <memory>
#include <mutex>

#include "ipc/base/clock.h"
#include "ipc/stream/event_ring.h"
#include "ipc/stream/stream.h"

namespace status::ipc {

class EventStream final : private StreamSource {
 public:
  static constexpr std::size_t kDefaultBytes = 256 << 10;

  // `memory` (empty: `own_bytes` of its own, which take memory as events fill them) outlives the stream. `marks`: see
  // EventRing.
  EventStream(Server& server, const std::string& method, const Clock& clock, Random& random,
              std::span<std::uint8_t> memory = {}, std::size_t marks = 0, std::size_t own_bytes = kDefaultBytes);

  // Publishes and wakes the readers. `data` is one encoded map. Without a `trace` the event carries that of the call
  // which this thread works on. Returns the cursor after which the event is visible; empty when it was too large.
  std::string publish(std::string_view topic, ByteView data, std::optional<Trace> trace = {});
  // The same for an event of somebody else, with its time and generation.
  std::string publish(const EventView& event, const EventRing::Mark* mark = nullptr);

  void set_mark(const EventRing::Mark& mark);
  std::array<std::uint8_t, EventRing::kMarkBytes> mark(std::size_t index);

  // The cursor of now: what a snapshot taken after this call includes.
  std::string cursor_now();
  std::size_t parked() const { return stream_.parked(); }
  std::uint64_t evicted();

  struct Load {
    std::uint64_t depth = 0;    // events kept
    std::uint64_t lag = 0;      // events that the slowest reader was behind, since this was asked last
    std::uint64_t dropped = 0;  // events that were gone before a reader had them, since the beginning
  };
  Load load();

 private:
  Result<StreamPosition> start(const api::StreamRequest& request, const std::string& principal) override;
  Status read(StreamPosition& position, const api::StreamRequest& request, Page& page) override;
  std::string cursor(std::uint64_t seq) const override;
  std::uint64_t last() override;

  const Clock& clock_;
  const std::uint64_t generation_;
  std::unique_ptr<std::uint8_t[]> own_memory_;
  std::mutex mutex_;
  EventRing ring_;
  std::uint64_t lag_ = 0;  // under mutex_, as the ring
  std::uint64_t dropped_ = 0;
  Stream stream_;
};

}  // namespace status::ipc
