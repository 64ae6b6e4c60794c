// The part of the interface `supervisor` that shows what every module is doing just now.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/api/interface.h"
#include "supervisor/gateway/blame/flight_api.h"

namespace status::gateway {

struct Top {
  struct Request {
    std::uint32_t window_ms = 5'000;
    static void describe(api::Fields<Request>& f);
  };
  struct Row {
    std::string module;
    std::string owner;
    std::string state;
    double calls_per_second = 0;
    double errors_per_second = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    Flight::Stages stages;
    std::uint64_t queue_depth = 0;
    double busy_seconds = 0;
    double cpu_share = 0;
    std::uint64_t anonymous_bytes = 0;
    std::uint64_t restarts = 0;
    static void describe(api::Fields<Row>& f);
  };
  struct Reply {
    std::vector<Row> rows;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

}  // namespace status::gateway
