// The part of the interface `supervisor` that says who is to blame: for time that front ends waited, and for what of the
// machine is used.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/api/interface.h"

namespace status::gateway {

struct Blame {
  struct Request {
    std::uint32_t since_ms = 300'000;
    std::string method;
    static void describe(api::Fields<Request>& f);
  };
  struct Row {
    std::string module;
    std::string stage;
    std::string owner;
    double share = 0;
    std::uint64_t count = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    std::string trend;
    std::string trace;
    std::string verdict;
    std::string why;
    static void describe(api::Fields<Row>& f);
  };
  struct Reply {
    double seconds = 0;
    std::uint64_t calls = 0;
    double waited_seconds = 0;
    std::vector<Row> rows;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct BlameResource {
  struct Request {
    std::string resource;
    std::uint32_t since_ms = 300'000;
    static void describe(api::Fields<Request>& f);
  };
  struct Row {
    std::string module;
    std::string owner;
    double share = 0;
    double value = 0;
    double growth = 0;
    std::string why;
    static void describe(api::Fields<Row>& f);
  };
  struct Reply {
    std::string unit;
    double total = 0;
    std::vector<Row> rows;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

}  // namespace status::gateway
