// The interface of the storage module: files by the address of their contents. This file is the specification; api.cpp
// lists what belongs to it.
//
// The bytes of a file do not travel in these calls. `storage.put` and `storage.get` begin a transfer and answer with the
// address of the module's second socket and a ticket; there chunks go (ipc/bulk/bulk_api.h; in C++
// `ipc::BulkClient`). A put is a dataset once `storage.finish` has answered, and survives power loss from then
// on; before it may be gone on with after any end of either side, from the offset that `storage.resume` says.
#pragma once

#include "ipc/api/interface.h"
#include "ipc/api/types.h"

namespace status::storage {

constexpr api::Version api_version(const void* /*method*/) { return {1, 0}; }
const api::Interface& interface();

// Where a transfer's bytes go.
struct TransferReply {
  HexBytes transfer;
  std::string url;
  HexBytes ticket;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size;
  static void describe(api::Fields<TransferReply>& f);
};

struct Put {
  struct Request {
    std::string filename;
    std::string mimetype;
    std::optional<std::uint64_t> size;
    bool pinned = false;
    std::optional<std::int64_t> ttl_ms;
    std::uint32_t data_blocks = 0;
    std::uint32_t parity_blocks = 0;
    static void describe(api::Fields<Request>& f);
  };
  using Reply = TransferReply;
  static api::MethodInfo info();
};

struct TransferRequest {
  HexBytes transfer;
  static void describe(api::Fields<TransferRequest>& f);
};

struct Resume {
  using Request = TransferRequest;
  using Reply = TransferReply;
  static api::MethodInfo info();
};

struct DatasetView {
  std::string cid;
  std::string tree;
  std::uint64_t size = 0;
  std::uint32_t block_size = 0;
  std::string filename;
  std::string mimetype;
  bool is_protected = false;
  bool pinned = false;
  std::int64_t stored_ms = 0;
  std::optional<std::int64_t> expires_ms;
  std::uint32_t data_blocks = 0;
  std::uint32_t parity_blocks = 0;
  static void describe(api::Fields<DatasetView>& f);
};

struct Finish {
  using Request = TransferRequest;
  using Reply = DatasetView;
  static api::MethodInfo info();
};

struct Cancel {
  using Request = TransferRequest;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct CidRequest {
  std::string cid;
  static void describe(api::Fields<CidRequest>& f);
};

struct Get {
  struct Request {
    std::string cid;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
    static void describe(api::Fields<Request>& f);
  };
  using Reply = TransferReply;
  static api::MethodInfo info();
};

struct ManifestOf {
  using Request = CidRequest;
  using Reply = DatasetView;
  static api::MethodInfo info();
};

struct List {
  struct Request {
    std::uint64_t after = 0;
    std::uint32_t limit = 100;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::vector<DatasetView> datasets;
    std::optional<std::uint64_t> next;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct Exists {
  using Request = CidRequest;
  struct Reply {
    bool exists = false;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct Delete {
  using Request = CidRequest;
  struct Reply {
    bool deleted = false;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct Pin {
  struct Request {
    std::string cid;
    bool pinned = true;
    static void describe(api::Fields<Request>& f);
  };
  using Reply = DatasetView;
  static api::MethodInfo info();
};

struct Space {
  using Request = api::Empty;
  struct Reply {
    std::string backend;
    std::uint64_t quota_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::uint64_t reserved_bytes = 0;
    std::uint64_t blocks = 0;
    std::uint64_t datasets = 0;
    std::uint64_t uploads = 0;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

// Events.
struct TransferProgress {
  HexBytes transfer;
  std::string direction;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size;
  static void describe(api::Fields<TransferProgress>& f);
};

struct DatasetStored {
  HexBytes transfer;
  std::string cid;
  std::uint64_t size = 0;
  static void describe(api::Fields<DatasetStored>& f);
};

struct DatasetRemoved {
  std::string cid;
  std::string why;
  static void describe(api::Fields<DatasetRemoved>& f);
};

}  // namespace status::storage
