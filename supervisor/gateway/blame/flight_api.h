// The part of the interface `supervisor` that shows what the flight recorders of all processes have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/api/interface.h"

namespace status::gateway {

// Where a call's time went. Not inside Flight: an optional of a class that is not complete yet is not every compiler's.
struct FlightStages {
  std::uint64_t send_ns = 0;
  std::uint64_t queue_ns = 0;
  std::uint64_t handler_ns = 0;
  std::uint64_t persist_ns = 0;
  std::uint64_t backend_ns = 0;
  std::uint64_t other_ns = 0;
  std::uint64_t reply_ns = 0;
  static void describe(api::Fields<FlightStages>& f);
};

struct Flight {
  using Stages = FlightStages;
  struct Request {
    std::string module;
    std::string method;
    std::string trace;
    std::uint32_t since_ms = 300'000;
    std::string order = "time";
    std::uint32_t limit = 200;
    static void describe(api::Fields<Request>& f);
  };
  struct Record {
    std::string module;
    std::uint64_t generation = 0;
    std::string side;
    std::string method;
    std::string peer;
    std::string code;
    std::int64_t time_ms = 0;
    std::uint64_t started_ns = 0;
    std::uint64_t total_ns = 0;
    std::string trace;
    std::string span;
    std::string parent;
    std::optional<Stages> stages;
    std::uint32_t request_bytes = 0;
    std::uint32_t response_bytes = 0;
    static void describe(api::Fields<Record>& f);
  };
  struct Step {
    std::string module;
    std::uint64_t generation = 0;
    std::string step;
    std::string holder;
    std::int64_t time_ms = 0;
    std::uint64_t at_ns = 0;
    std::string message;
    std::string hash;
    std::string call_trace;
    std::string call_span;
    static void describe(api::Fields<Step>& f);
  };
  struct Reply {
    std::vector<Record> records;
    std::vector<Step> steps;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

}  // namespace status::gateway
