#include "services/storage/embedded/upload.h"

#include <algorithm>

#include "ipc/base/failpoint.h"

namespace status::storage {
namespace {

// The disk works while the rest comes in: else the last sync would wait for all of it.
constexpr std::uint64_t kStartBlocks = 64;

}  // namespace

Status Upload::resume() {
  Bytes block(kBlockBytes);
  while (true) {
    const Result<bool> whole = file_->read(leaves_.size(), kBlockBytes, block);
    if (!whole) return fail(whole.error());
    if (!*whole) return file_->truncate(leaves_.size());
    leaves_.push_back(block_digest(block));
    bytes_ += kBlockBytes;
  }
}

Status Upload::write(ByteView data) {
  if (Status written = file_->write(leaves_.size(), data, random_); !written) return written;
  while (!data.empty()) {
    const ByteView block = data.first(std::min(data.size(), kBlockBytes));
    leaves_.push_back(block_digest(block));
    data = data.subspan(block.size());
  }
  if (leaves_.size() - started_ >= kStartBlocks) {
    file_->start_sync(started_, leaves_.size() - started_);
    started_ = leaves_.size();
  }
  return {};
}

Status Upload::append(ByteView data) {
  const std::size_t more = data.size();
  Bytes joined;
  if (!rest_.empty()) {  // else the caller's bytes go as they are
    joined = rest_;
    joined.insert(joined.end(), data.begin(), data.end());
    data = joined;
  }
  const std::size_t whole = data.size() / kBlockBytes * kBlockBytes;
  if (whole > 0) {
    if (Status written = write(data.first(whole)); !written) return written;
  }
  rest_ = to_bytes(data.subspan(whole));
  bytes_ += more;
  return {};
}

Status Upload::seal() {
  if (!rest_.empty()) {
    if (Status written = write(rest_); !written) return written;
    rest_.clear();
  }
  failpoint(Moment::before, "commit", "storage.blocks");
  if (Status synced = file_->sync(); !synced) return synced;
  failpoint(Moment::after, "commit", "storage.blocks");
  return {};
}

}  // namespace status::storage
