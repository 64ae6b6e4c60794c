// The blocks of one dataset in one file, sealed each for itself, and behind those of a group its parity blocks: without
// parity block i is slot i. That the file is of this dataset says the catalogue.
#pragma once

#include <memory>
#include <string>

#include "services/storage/embedded/block_cipher.h"
#include "services/storage/embedded/disk.h"
#include "services/storage/group_shape.h"

namespace status::storage {

// The name of a file in the folder.
inline std::string name_of(const FileId& file) { return to_hex(file); }

// How much of the disk a dataset takes.
constexpr std::uint64_t slots_bytes(std::uint64_t dataset_bytes, const GroupShape& shape = {}) {
  const std::uint64_t blocks = block_count(dataset_bytes);
  const std::uint64_t parity = shape.any() ? (blocks + shape.data - 1) / shape.data * shape.parity : 0;
  return (blocks + parity) * kSlotBytes;
}

// Reading: any thread; writing: one at a time.
class BlockFile {
 public:
  BlockFile(std::unique_ptr<DiskFile> file, const host::SecretBytes& node_key, const FileId& id,
            const GroupShape& shape)
      : file_(std::move(file)), cipher_(node_key, id), shape_(shape) {}

  const GroupShape& shape() const { return shape_; }

  // The blocks `first` and behind; only the last one of a dataset may be less than whole.
  Status write(std::uint64_t first, ByteView data, Random& random);
  // Into kBlockBytes, of which `data` count. False: it is damaged or missing, and nothing of it may be used.
  Result<bool> read(std::uint64_t index, std::size_t data, std::span<std::uint8_t> block);
  // The parity of the group that ends, now or for good, with block `blocks - 1`.
  Status write_parity(std::uint64_t blocks, std::span<const Bytes> parity, Random& random);
  // Into kBlockBytes, what the other blocks of its group say that the block is. False: too many of them are damaged, or
  // there is no parity.
  Result<bool> recover(std::uint64_t index, std::uint64_t dataset_bytes, std::span<std::uint8_t> block);

  // As those of DiskFile, counted in blocks.
  Status truncate(std::uint64_t blocks) { return file_->truncate(slot_of(blocks) * kSlotBytes); }
  void start_sync(std::uint64_t first, std::uint64_t blocks) {
    file_->start_sync(slot_of(first) * kSlotBytes, (slot_of(first + blocks) - slot_of(first)) * kSlotBytes);
  }
  Status sync() { return file_->sync(); }

 private:
  std::uint64_t slot_of(std::uint64_t block) const {
    return shape_.any() ? block + block / shape_.data * shape_.parity : block;
  }
  Status write_together(std::uint64_t first, ByteView data, Random& random);
  // Seals are of one place each: those of parity count apart.
  std::uint64_t place_of_parity(std::uint64_t group, unsigned row) const {
    return (std::uint64_t{1} << 63U) + group * shape_.parity + row;
  }
  Result<bool> read_slot(std::uint64_t slot, std::uint64_t place, std::size_t data, std::span<std::uint8_t> block);

  const std::unique_ptr<DiskFile> file_;
  const BlockCipher cipher_;
  const GroupShape shape_;
};

}  // namespace status::storage
