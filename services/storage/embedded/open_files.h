// The files that are being read, so that a transfer opens its own once and not for each chunk.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "services/storage/embedded/block_file.h"

namespace status::storage {

// Any thread.
class OpenFiles {
 public:
  // Both outlive this.
  OpenFiles(Disk& disk, const host::SecretBytes& node_key) : disk_(disk), node_key_(node_key) {}

  // Stays usable whatever becomes of its name. NOT_FOUND.
  Result<std::shared_ptr<BlockFile>> open(const FileId& id, const GroupShape& shape);
  // It has been removed, or is about to be.
  void forget(const FileId& id);

 private:
  static constexpr std::size_t kMost = 16;

  Disk& disk_;
  const host::SecretBytes& node_key_;
  std::mutex mutex_;
  std::list<std::pair<FileId, std::shared_ptr<BlockFile>>> files_;  // used last in front
};

}  // namespace status::storage
