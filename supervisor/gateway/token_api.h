// The part of the interface `supervisor` that gives tokens to front ends. Only the local user's own token may call it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/api/interface.h"

namespace status::gateway {

struct TokenInfo {
  std::string name;
  std::vector<std::string> methods;
  std::uint32_t rate_per_second = 0;
  std::int64_t expires_ms = 0;
  std::string client;
  std::int64_t created_ms = 0;
  static void describe(api::Fields<TokenInfo>& f);
};

struct CreateToken {
  struct Request {
    std::string name;
    std::vector<std::string> methods;
    std::uint32_t rate_per_second = 0;
    std::int64_t expires_ms = 0;
    std::string client;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::string token;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct RevokeToken {
  struct Request {
    std::string name;
    static void describe(api::Fields<Request>& f);
  };
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct ListTokens {
  using Request = api::Empty;
  struct Reply {
    std::vector<TokenInfo> tokens;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

}  // namespace status::gateway
