// What a module with a PoisonGuard adds to its interface; its api.cpp declares these three methods and the event.
#pragma once

#include "ipc/api/interface.h"
#include "ipc/api/types.h"

namespace status::host {

struct QuarantineView {
  std::uint64_t id = 0;
  std::string stream;
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  std::uint32_t deaths = 0;
  std::uint64_t size = 0;
  static void describe(api::Fields<QuarantineView>& f);
};

struct QuarantineList {
  using Request = api::Empty;
  struct Reply {
    std::vector<QuarantineView> items;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct QuarantineChoice {
  std::uint64_t id = 0;
  static void describe(api::Fields<QuarantineChoice>& f);
};

struct QuarantineRetry {
  using Request = QuarantineChoice;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct QuarantineDrop {
  using Request = QuarantineChoice;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

// The event `quarantined`.
inline constexpr const char* kQuarantinedEvent = "quarantined";
inline constexpr const char* kQuarantinedSummary =
    "An item of a durable stream was in flight in three deaths of this module and has been set aside.";
struct Quarantined {
  std::uint64_t id = 0;
  std::string stream;
  std::uint64_t seq = 0;
  std::uint32_t deaths = 0;
  static void describe(api::Fields<Quarantined>& f);
};

}  // namespace status::host
