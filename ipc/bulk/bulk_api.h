// What is said on a module's second socket, `bulk.sock`: large data in chunks, so that a transfer never delays a small
// call. A transfer is begun by a call of the module's own on its first socket, whose reply has the address of the second
// and a ticket: the credential of the transfer's requests, that says which one they belong to, and is good for nothing
// else.
//
//   <module>._bulk.write {offset, data} → {offset}     <module>._bulk.read {offset, bytes} → {data}
#pragma once

#include "ipc/api/interface.h"

namespace status::ipc {

inline constexpr std::size_t kBulkChunk = 256U << 10U;
inline constexpr std::size_t kMaxBulkRequest = kBulkChunk + 1'024;  // with its envelope

struct BulkWrite {
  struct Request {
    std::uint64_t offset = 0;
    Bytes data;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::uint64_t offset = 0;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct BulkRead {
  struct Request {
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    Bytes data;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

constexpr api::Version api_version(const BulkWrite* /*method*/) { return {}; }
constexpr api::Version api_version(const BulkRead* /*method*/) { return {}; }

}  // namespace status::ipc
