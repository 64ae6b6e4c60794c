#include "services/storage/embedded/upload.h"

#include <algorithm>

#include "ipc/base/failpoint.h"

namespace status::storage {
namespace {

// The disk works while the rest comes in: else the last sync would wait for all of it.
constexpr std::uint64_t kStartBlocks = 64;

}  // namespace

Upload::Upload(std::unique_ptr<BlockFile> file, Random& random) : file_(std::move(file)), random_(random) {
  if (file_->shape().any()) code_.emplace(file_->shape());
}

// The parity that there is may be older than the blocks: it is written anew.
Status Upload::resume() {
  Bytes block(kBlockBytes);
  while (true) {
    const Result<bool> whole = file_->read(leaves_.size(), kBlockBytes, block);
    if (!whole) return fail(whole.error());
    if (!*whole) return file_->truncate(leaves_.size());
    if (Status added = add(block); !added) return added;
    bytes_ += kBlockBytes;
  }
}

Status Upload::add(ByteView block) {
  const std::uint64_t index = leaves_.size();
  leaves_.push_back(block_digest(block));
  if (!code_) return {};
  const GroupShape& shape = file_->shape();
  const auto place = static_cast<unsigned>(index % shape.data);
  if (place == 0) parity_.assign(shape.parity, Bytes(kBlockBytes));
  if (block.size() == kBlockBytes) {
    code_->add(place, block, parity_);
  } else {
    Bytes filled(block.begin(), block.end());
    filled.resize(kBlockBytes);
    code_->add(place, filled, parity_);
  }
  return place + 1 == shape.data ? file_->write_parity(leaves_.size(), parity_, random_) : Status();
}

Status Upload::write(ByteView data) {
  if (Status written = file_->write(leaves_.size(), data, random_); !written) return written;
  while (!data.empty()) {
    const ByteView block = data.first(std::min(data.size(), kBlockBytes));
    if (Status added = add(block); !added) return added;
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
  if (code_ && leaves_.size() % file_->shape().data != 0) {
    if (Status written = file_->write_parity(leaves_.size(), parity_, random_); !written) return written;
  }
  failpoint(Moment::before, "commit", "storage.blocks");
  if (Status synced = file_->sync(); !synced) return synced;
  failpoint(Moment::after, "commit", "storage.blocks");
  return {};
}

}  // namespace status::storage
