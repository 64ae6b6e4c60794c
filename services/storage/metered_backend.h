// Any backend behind the host's gate: its calls are measured, and faults let in, one by one.
#pragma once

#include <memory>

#include "services/host/backend_gate.h"
#include "services/storage/backend.h"

namespace status::storage {

class MeteredBackend final : public Backend {
 public:
  // Both outlive it.
  MeteredBackend(Backend& backend, host::BackendGate& gate) : backend_(backend), gate_(gate) {}

  Result<UploadState> begin(const UploadId& id, const PutWish& wish) override {
    return gate_.call("begin", [&] { return backend_.begin(id, wish); });
  }
  Result<UploadState> upload(const UploadId& id, const std::string& owner) override {
    return gate_.call("upload", [&] { return backend_.upload(id, owner); });
  }
  Result<std::uint64_t> write(const UploadId& id, const std::string& owner, std::uint64_t offset,
                              ByteView bytes) override {
    return gate_.call("write", [&] { return backend_.write(id, owner, offset, bytes); });
  }
  Result<Dataset> finish(const UploadId& id, const std::string& owner, const Keep<Dataset>& keep) override {
    return gate_.call("finish", [&] { return backend_.finish(id, owner, keep); });
  }
  Result<bool> cancel(const UploadId& id, const std::string& owner, const Keep<bool>& keep) override {
    return gate_.call("cancel", [&] { return backend_.cancel(id, owner, keep); });
  }
  Result<Dataset> find(const Cid& cid) override {
    return gate_.call("find", [&] { return backend_.find(cid); });
  }
  Result<std::vector<Dataset>> list(std::uint64_t after, std::size_t limit) override {
    return gate_.call("list", [&] { return backend_.list(after, limit); });
  }
  Result<std::size_t> read(const Cid& cid, std::uint64_t offset, std::span<std::uint8_t> out) override {
    return gate_.call("read", [&] { return backend_.read(cid, offset, out); });
  }
  Status touch(const Cid& cid) override {
    return gate_.call("touch", [&] { return backend_.touch(cid); });
  }
  Result<Dataset> pin(const Cid& cid, bool pinned, const Keep<Dataset>& keep) override {
    return gate_.call("pin", [&] { return backend_.pin(cid, pinned, keep); });
  }
  Result<bool> remove(const Cid& cid, const Keep<bool>& keep) override {
    return gate_.call("remove", [&] { return backend_.remove(cid, keep); });
  }
  Result<SpaceUse> space() override {
    return gate_.call("space", [&] { return backend_.space(); });
  }
  MonotonicTime tick() override { return backend_.tick(); }

 private:
  Backend& backend_;
  host::BackendGate& gate_;
};

}  // namespace status::storage
