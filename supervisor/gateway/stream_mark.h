// Where the merged stream stands in one module's stream: kept in the ring's marks, so that it changes in the same
// moment as the events that were copied. Pure.
#pragma once

#include <string>

#include "ipc/stream/event_ring.h"

namespace status::gateway {

struct StreamMark {
  std::string module;            // empty: the mark is free
  std::string cursor;            // of the last page that was copied whole
  std::uint64_t generation = 0;  // of the last event that was copied
  std::uint64_t seq = 0;         // and its number there: of a page that was copied in part, events up to it are skipped
};

// Names up to 32 bytes, cursors up to 64 (as api::StreamRequest has them); longer ones are cut.
ipc::EventRing::Mark pack(std::size_t index, const StreamMark& mark);
StreamMark unpack(std::span<const std::uint8_t, ipc::EventRing::kMarkBytes> bytes);

}  // namespace status::gateway
