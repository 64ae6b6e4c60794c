// The interface of status-keys: who may open which database. Called by modules, never by front ends.
#pragma once

#include <string>

#include "ipc/api/interface.h"

namespace status::keys {

// The key of the calling module's own database: 32 bytes, the same at every start for as long as `node.key` is the
// same. Which module asks is known from its connection, never from the request. May be repeated.
struct Database {
  using Request = api::Empty;
  struct Reply {
    Bytes key;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

// Where the keys come from, and whether they can be had now.
struct KeyStatus {
  using Request = api::Empty;
  struct Reply {
    std::string source;
    bool locked = false;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

constexpr api::Version api_version(const void* /*method*/) { return {1, 0}; }
const api::Interface& interface();

}  // namespace status::keys
