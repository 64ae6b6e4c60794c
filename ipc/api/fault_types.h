// Faults that a node lets an operator put into its modules (statusd --allow-faults): what `supervisor.add_fault` takes
// and what the gateway tells a module in `_sys.set_faults`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/api/fields.h"

namespace status::api {

// What of a fault its giver chooses.
struct FaultSpec {
  std::string method;
  std::string stage = "handler";
  std::string kind;
  std::uint32_t percent = 100;
  std::uint32_t delay_ms = 0;
  std::uint64_t bytes = 0;
  std::uint32_t lines = 0;

  static void describe(Fields<FaultSpec>& f);
};

struct Fault : FaultSpec {
  std::uint64_t id = 0;

  static void describe(Fields<Fault>& f);
};

// All that a module has from now on; those it had and that are not among them end.
struct SetFaults {
  std::vector<Fault> faults;

  static void describe(Fields<SetFaults>& f);
};

}  // namespace status::api
