// The flight recorders of all processes, as the supervisor hands them in (supervisor/statusd/recorder_line.h): mapped,
// and read without asking anybody. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "ipc/base/unique_fd.h"
#include "metrics/flight/reader.h"

namespace status::gateway {

class Recorders {
 public:
  using Visit =
      std::function<void(const std::string& module, std::uint64_t generation, const metrics::flight::Record&)>;

  // `line` may be -1: then there are none.
  explicit Recorders(int line) : line_(line) {}

  // Takes in the recorders that have come.
  void take_in();

  // The records that were not handed out before, of `module` or, when that is empty, of all; an incarnation that has
  // ended is drained once more before it is forgotten.
  void read_new(const Visit& visit) { read_new({}, visit); }
  void read_new(std::string_view module, const Visit& visit);
  // What is still there of that module, or of all: of this incarnation and the one before.
  void read_all(std::string_view module, const Visit& visit) const;

 private:
  struct Incarnation {
    std::uint64_t generation = 0;
    std::unique_ptr<metrics::flight::Reader> reader;
    std::uint64_t read = 0;  // handed out up to here
  };
  using Pair = std::array<Incarnation, 2>;  // the newest first

  UniqueFd line_;
  std::map<std::string, Pair, std::less<>> modules_;
};

}  // namespace status::gateway
