// The part of the interface `supervisor` that shows what a module left behind and what it runs with: its log, its
// deaths, its settings. Redacted as `statusctl report` is, and never contents.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/api/interface.h"
#include "supervisor/gateway/api.h"

namespace status::gateway {

struct LogTail {
  struct Request {
    std::string module;
    std::uint32_t lines = 100;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::vector<Value> lines;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct Crashes {
  struct Request {
    std::string module;
    std::uint32_t count = 5;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::vector<Value> records;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct Settings {
  using Request = ModuleName;
  struct Reply {
    Value configuration;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

}  // namespace status::gateway
