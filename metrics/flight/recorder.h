// The writing end of a flight recorder. Costs about 0.1 µs a record and no system call; what is recorded outlives the
// process, because the supervisor holds the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ipc/base/result.h"
#include "metrics/flight/record.h"

namespace status::metrics::flight {

struct Header;
enum RingKind : std::size_t;

// Any thread, several at a time.
class Recorder {
 public:
  // A name in the file's table.
  using Name = std::uint16_t;

  // Maps the file and begins it anew. The descriptor stays the caller's. Errors: the file is too small, mmap refused.
  static Result<std::unique_ptr<Recorder>> map(int fd);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // The same text is the same name; past 255 of them all others are "_other".
  Name name(std::string_view text);

  // As Record, with names for texts.
  struct Entry {
    Side side = Side::answered;
    Name method = 0;
    Name peer = 0;
    std::optional<Code> code;
    std::uint64_t started_ns = 0;
    std::uint64_t total_ns = 0;
    const ipc::Trace* trace = nullptr;  // null: none
    SpanId parent{};
    bool stages_known = false;
    std::array<std::uint64_t, 7> stages{};
    std::size_t request_bytes = 0;
    std::size_t response_bytes = 0;
  };
  void add(const Entry& entry);

  // As StepRecord, with names for texts.
  struct Step {
    Name step = 0;
    Name holder = 0;
    bool held = false;  // false: `holder` is nobody
    std::uint64_t at_ns = 0;
    std::array<std::uint8_t, 32> hash{};
    std::array<std::uint8_t, 16> message{};
    const ipc::Trace* during = nullptr;  // null: no call
  };
  void add_step(const Step& step);

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  Recorder(std::uint8_t* memory, std::size_t bytes);
  // Puts the words of a record, all but its number, in the next place of the ring. `fill(put)` calls `put(word, value)`
  // for each.
  template <class Fill>
  void write(RingKind ring, Fill fill);

  std::uint8_t* const memory_;
  const std::size_t bytes_;
  Header& header_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Name, TextHash, std::equal_to<>> names_;  // under mutex_
};

}  // namespace status::metrics::flight
