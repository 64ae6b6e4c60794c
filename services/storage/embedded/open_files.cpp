#include "services/storage/embedded/open_files.h"

#include <algorithm>

namespace status::storage {

Result<std::shared_ptr<BlockFile>> OpenFiles::open(const FileId& id, const GroupShape& shape) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(files_, id, [](const auto& entry) { return entry.first; });
  if (found != files_.end()) {
    files_.splice(files_.begin(), files_, found);
    return files_.front().second;
  }
  Result<std::unique_ptr<DiskFile>> file = disk_.open(name_of(id));
  if (!file) return fail(std::move(file.error()));
  files_.emplace_front(id, std::make_shared<BlockFile>(std::move(*file), node_key_, id, shape));
  if (files_.size() > kMost) files_.pop_back();
  return files_.front().second;
}

void OpenFiles::forget(const FileId& id) {
  const std::lock_guard lock(mutex_);
  files_.remove_if([&](const auto& entry) { return entry.first == id; });
}

}  // namespace status::storage
