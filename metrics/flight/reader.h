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

  // The numbers of the newest records; 0: none. They may still be being written.
  Marks last() const;

  // What to do at a record that is being written: `wait` ends there, so that the next reading has it and what follows;
  // `skip` leaves it out, which is for a process that has ended and for who reads once.
  enum class Unfinished { wait, skip };
  struct Reading {
    Marks upto;    // to go on from
    Marks missed;  // how many were overwritten before they could be read
  };
  // Hands out the records after `after`, calls first, each kind in order; those that say that they end later than now are
  // left out.
  using Calls = std::function<void(const Record&)>;
  using Steps = std::function<void(const StepRecord&)>;
  Reading read(const Marks& after, Unfinished unfinished, const Calls& call, const Steps& step = {}) const;

 private:
  Reader(const std::uint8_t* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
  using Copy = std::array<std::uint64_t, 16>;  // of a record, word by word
  std::string name(std::uint64_t index) const;
  struct Stretch {
    std::uint64_t upto = 0;
    std::uint64_t missed = 0;
  };
  Stretch read_ring(RingKind ring, std::uint64_t after, Unfinished unfinished,
                    const std::function<void(const Copy&)>& take) const;
  Record call_of(const Copy& copy) const;
  StepRecord step_of(const Copy& copy) const;

  const std::uint8_t* const memory_;
  const std::size_t bytes_;
};

}  // namespace status::metrics::flight
