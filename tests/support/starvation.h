// Takes the processor away from a process, as a machine does that has too much to do.
//
//   const int cpu = some_cpu();
//   move_to_the_back(pid, cpu);
//   { const Neighbours neighbours(cpu, 16); … }           // it gets next to nothing
//   set_weight_of_session(pid, 0);
#pragma once

#include <sys/types.h>

#include <vector>

namespace status::test {

// Processes that loop on one CPU for as long as this lives.
class Neighbours {
 public:
  Neighbours(int cpu, int count);
  ~Neighbours();
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;

 private:
  std::vector<pid_t> children_;
};

// One that this process may use; not the first where there are several.
int some_cpu();

// Its session competes as a whole where the kernel groups by sessions: 19 is the least, 0 the usual.
void set_weight_of_session(pid_t pid, int nice);

// All its threads on that CPU, and last in line there; they compete where the kernel does not group. False when that is
// not allowed.
bool move_to_the_back(pid_t pid, int cpu);

}  // namespace status::test
