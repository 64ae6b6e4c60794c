// The reading end of a flight recorder, while its process runs and after its end. What is in it is the word of that
// process: everything is checked against bounds, and nothing of it is trusted to be true. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "ipc/base/result.h"
#include "metrics/flight/record.h"

namespace status::metrics::flight {

enum RingKind : std::size_t;

class Reader {
 public:
  // Maps the file to read. The descriptor stays the caller's. DATA_LOSS (`metrics.flight_file`) for one that cannot be a
  // recorder's; one that its process has not begun yet is empty.
  static Result<std::unique_ptr<Reader>> map(int fd);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // A number of each kind of record, as they are numbered; or how many of each.
  struct Marks {
    std::uint64_t calls = 0;
    std::uint64_t steps = 0;
    friend bool operator==(const Marks&, const Marks&) = default;
  };

  // The numbers of the newest records; 0: none.
  Marks last() const;

  // Hands out the records after `after` that are still there, calls first, each kind in order; those being written are
  // left out, and those that say that they end later than now. Gives the numbers to go on from.
  using Calls = std::function<void(const Record&)>;
  using Steps = std::function<void(const StepRecord&)>;
  Marks read(const Marks& after, const Calls& call, const Steps& step = {}) const;
  // How many records after `after` are not there any more.
  Marks lost(const Marks& after) const;

 private:
  Reader(const std::uint8_t* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
  using Copy = std::array<std::uint64_t, 16>;  // of a record, word by word
  std::string name(std::uint64_t index) const;
  // Hands out the copies of those records of a ring that are between the two numbers and whole.
  void read_ring(RingKind ring, std::uint64_t after, std::uint64_t newest,
                 const std::function<void(const Copy&)>& take) const;
  Record call_of(const Copy& copy) const;
  StepRecord step_of(const Copy& copy) const;

  const std::uint8_t* const memory_;
  const std::size_t bytes_;
};

}  // namespace status::metrics::flight
