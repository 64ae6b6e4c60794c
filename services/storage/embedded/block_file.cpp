#include "services/storage/embedded/block_file.h"

#include <algorithm>

namespace status::storage {

Status BlockFile::write(std::uint64_t first, ByteView data, Random& random) {
  Bytes slots(slots_bytes(data.size()));
  std::span<std::uint8_t> slot = slots;
  for (std::uint64_t index = first; !data.empty(); ++index, slot = slot.subspan(kSlotBytes)) {
    const ByteView block = data.first(std::min(data.size(), kBlockBytes));
    data = data.subspan(block.size());
    if (block.size() == kBlockBytes) {
      cipher_.seal(index, kBlockBytes, block, random, slot.first(kSlotBytes));
    } else {
      Bytes filled(block.begin(), block.end());
      filled.resize(kBlockBytes);
      cipher_.seal(index, block.size(), filled, random, slot.first(kSlotBytes));
    }
  }
  return file_->write(first * kSlotBytes, slots);
}

Result<bool> BlockFile::read(std::uint64_t index, std::size_t data, std::span<std::uint8_t> block) {
  Bytes slot(kSlotBytes);
  const Result<std::size_t> got = file_->read(index * kSlotBytes, slot);
  if (!got) return fail(got.error());
  return *got == slot.size() && cipher_.open(index, data, slot, block);
}

}  // namespace status::storage
