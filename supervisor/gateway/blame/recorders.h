// The flight recorders of all processes, as the supervisor hands them in (supervisor/statusd/recorder_line.h): mapped,
// and read without asking anybody. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/unique_fd.h"
#include "metrics/flight/reader.h"

namespace status::gateway {

class Recorders {
 public:
  using Calls =
      std::function<void(const std::string& module, std::uint64_t generation, const metrics::flight::Record&)>;
  using Steps =
      std::function<void(const std::string& module, std::uint64_t generation, const metrics::flight::StepRecord&)>;
  // What came since the last time; and after that how many of each kind were overwritten before they could be read.
  struct News {
    Calls calls;
    Steps steps;
    std::function<void(const std::string& module, const metrics::flight::Reader::Marks& records)> lost;
  };

  // `line` may be -1: then there are none. What was overwritten before `began_ns` is not missed.
  Recorders(int line, std::uint64_t began_ns) : line_(line), began_ns_(began_ns) {}

  // Takes in the recorders that have come.
  void take_in();

  // The records that were not handed out before, of `module` or, when that is empty, of all; an incarnation that has
  // ended is drained once more before it is forgotten. Steps come in the order of their times, whoever recorded them:
  // what a message did last is what it did last, however much a reading brings.
  void read_new(std::string_view module, const News& news);
  // What is still there of that module, or of all: of this incarnation and the one before.
  void read_all(std::string_view module, const Calls& calls, const Steps& steps) const;

 private:
  struct Incarnation {
    std::uint64_t generation = 0;
    std::unique_ptr<metrics::flight::Reader> reader;
    metrics::flight::Reader::Marks read;  // handed out up to here
  };
  // The newest first: two, and those before them that have not been drained.
  using Incarnations = std::deque<Incarnation>;

  struct NewStep {
    const std::string* module;
    std::uint64_t generation;
    metrics::flight::StepRecord record;
  };
  // Gives how many were missed; steps are put off, to be sorted.
  metrics::flight::Reader::Marks read_new(const std::string& module, Incarnation& incarnation,
                                          metrics::flight::Reader::Unfinished unfinished, const Calls& calls,
                                          std::vector<NewStep>& steps) const;

  UniqueFd line_;
  const std::uint64_t began_ns_;
  std::map<std::string, Incarnations, std::less<>> modules_;
};

}  // namespace status::gateway
