// The part of the interface `supervisor` that says where messages are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/api/interface.h"

namespace status::gateway {

struct FindMessage {
  struct Request {
    std::string name;
    static void describe(api::Fields<Request>& f);
  };
  struct Stop {
    std::string step;
    std::string module;
    std::uint64_t generation = 0;
    std::int64_t time_ms = 0;
    std::uint64_t after_us = 0;
    static void describe(api::Fields<Stop>& f);
  };
  struct Reply {
    std::string id;
    std::vector<std::string> hashes;
    std::string delivery_trace;
    std::string call_trace;
    std::vector<Stop> stops;
    std::string standing;
    std::string holder;
    std::string owner;
    std::uint64_t for_ms = 0;
    std::string slowest;
    std::string why;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct Custody {
  using Request = api::Empty;
  struct Passed {
    std::string step;
    std::uint64_t messages = 0;
    static void describe(api::Fields<Passed>& f);
  };
  struct Standing {
    std::string module;
    std::string owner;
    std::string step;
    std::uint64_t messages = 0;
    std::uint64_t overdue = 0;
    std::uint64_t oldest_ms = 0;
    std::string oldest;
    static void describe(api::Fields<Standing>& f);
  };
  struct Reply {
    std::vector<Passed> passed;
    std::vector<Standing> standings;
    std::uint64_t away = 0;
    std::uint64_t lost_records = 0;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct MessagesOverdueEvent {
  std::string module;
  std::string owner;
  std::string step;
  std::uint64_t messages = 0;
  std::string oldest;
  static void describe(api::Fields<MessagesOverdueEvent>& f);
};

}  // namespace status::gateway
