// The reply of a stream, written straight to MessagePack: event data is spliced in as the bytes that it was published
// with (WIRE.md section 3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/bytes.h"
#include "ipc/wire/trace.h"

namespace status::ipc {

// One event, as a view of wherever it lies.
struct EventView {
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;  // Unix
  std::string_view topic;    // "chat.message_received"
  std::uint64_t generation = 0;
  std::optional<Trace> trace;
  ByteView data;  // one encoded MessagePack map
};

// True when `topics` is empty, or the topic is one of them or lies below one by a whole dotted prefix.
bool topic_matches(std::string_view topic, const std::vector<std::string>& topics);

class Page {
 public:
  // With `coalesce`, only the latest event of each topic stays.
  explicit Page(bool coalesce = false) : coalesce_(coalesce) {}

  void add(const EventView& event);
  std::size_t size() const { return events_.size() - replaced_; }
  std::size_t bytes() const { return bytes_; }

  // {events, cursor, lagged, reset}
  Bytes encode(std::string_view cursor, std::uint64_t lagged, bool reset) const;

 private:
  struct Entry {
    std::string topic;
    Bytes encoded;  // empty: a later one of the same topic took its place
  };

  bool coalesce_;
  std::size_t replaced_ = 0;
  std::size_t bytes_ = 0;
  std::vector<Entry> events_;
};

}  // namespace status::ipc
