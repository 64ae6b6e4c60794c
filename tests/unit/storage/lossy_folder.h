// A folder of blocks that loses what was not synced, names included: what LossyDisk is for the database beside it.
// Remembers one file system, under the backends that come and go. One thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>

#include "services/storage/embedded/disk.h"

namespace status::storage::test {

class LossyFolder final : public Disk {
 public:
  Result<std::unique_ptr<DiskFile>> create(const std::string& name) override;
  Result<std::unique_ptr<DiskFile>> open(const std::string& name) override;
  Status remove(const std::string& name) override;
  Result<std::vector<DiskEntry>> list() override;
  Status sync_names() override;

  // The operation that fails, counted from now, and all after it do nothing. `failed` is asked before each, too: the
  // power may have failed elsewhere; `on_failure` tells elsewhere.
  void fail_after(std::uint64_t operations, std::function<bool()> failed, std::function<void()> on_failure);
  std::uint64_t operations() const { return operations_; }
  // With every file closed: each becomes what it was when it was last synced, with some of the writes since then, and a
  // name that was not synced is there or not. Then the folder works again.
  void lose(std::mt19937& dice);

  // The bytes as they are, to be damaged.
  Bytes& contents(const std::string& name) { return files_.at(name)->now; }
  std::size_t size() const { return files_.size(); }
  std::string only_name() const { return files_.begin()->first; }

 private:
  struct Write {
    std::uint64_t offset;
    Bytes bytes;
  };
  struct Contents {
    Bytes now;
    Bytes synced;
    std::vector<Write> since;
  };
  class File;
  using Names = std::map<std::string, std::shared_ptr<Contents>>;

  Status step();
  static void apply(Bytes& to, const Write& write);

  Names files_;
  Names synced_names_;
  std::uint64_t operations_ = 0;
  std::uint64_t fails_at_ = UINT64_MAX;
  std::function<bool()> failed_ = [] { return false; };
  std::function<void()> on_failure_ = [] {};
};

}  // namespace status::storage::test
