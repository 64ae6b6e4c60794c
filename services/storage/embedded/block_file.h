// The blocks of one dataset in one file, sealed each for itself: block i is slot i. That the file is of this dataset
// says the catalogue.
#pragma once

#include <memory>
#include <string>

#include "services/storage/embedded/block_cipher.h"
#include "services/storage/embedded/disk.h"

namespace status::storage {

// The name of a file in the folder.
inline std::string name_of(const FileId& file) { return to_hex(file); }

// How much of the disk a dataset takes.
constexpr std::uint64_t slots_bytes(std::uint64_t dataset_bytes) { return block_count(dataset_bytes) * kSlotBytes; }

// Reading: any thread; writing: one at a time.
class BlockFile {
 public:
  BlockFile(std::unique_ptr<DiskFile> file, const host::SecretBytes& node_key, const FileId& id)
      : file_(std::move(file)), cipher_(node_key, id) {}

  // The blocks `first` and behind; only the last one of a dataset may be less than whole.
  Status write(std::uint64_t first, ByteView data, Random& random);
  // Into kBlockBytes, of which `data` count. False: it is damaged or missing, and nothing of it may be used.
  Result<bool> read(std::uint64_t index, std::size_t data, std::span<std::uint8_t> block);

  // As those of DiskFile, counted in blocks.
  Status truncate(std::uint64_t blocks) { return file_->truncate(blocks * kSlotBytes); }
  void start_sync(std::uint64_t first, std::uint64_t blocks) {
    file_->start_sync(first * kSlotBytes, blocks * kSlotBytes);
  }
  Status sync() { return file_->sync(); }

 private:
  const std::unique_ptr<DiskFile> file_;
  const BlockCipher cipher_;
};

}  // namespace status::storage
