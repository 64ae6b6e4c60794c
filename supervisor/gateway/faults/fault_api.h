// The part of the interface `supervisor` that puts faults into modules: of a node that was started with --allow-faults,
// for the local user's own token alone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ipc/api/fault_types.h"
#include "ipc/api/interface.h"

namespace status::gateway {

struct AddFault {
  using Request = api::FaultSpec;
  using Reply = api::Fault;
  static api::MethodInfo info();
};

struct Faults {
  using Request = api::Empty;
  struct Reply {
    bool allowed = false;
    std::vector<api::Fault> faults;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct ClearFaults {
  struct Request {
    std::optional<std::uint64_t> id;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::uint32_t cleared = 0;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

}  // namespace status::gateway
