#include "services/storage/embedded/block_file.h"

#include <algorithm>

#include "services/storage/embedded/parity_code.h"

namespace status::storage {

Status BlockFile::write(std::uint64_t first, ByteView data, Random& random) {
  while (!data.empty()) {
    const std::uint64_t together = shape_.any() ? (shape_.data - first % shape_.data) * kBlockBytes : data.size();
    const ByteView part = data.first(std::min<std::uint64_t>(together, data.size()));
    if (Status written = write_together(first, part, random); !written) return written;
    data = data.subspan(part.size());
    first += block_count(part.size());
  }
  return {};
}

Status BlockFile::write_together(std::uint64_t first, ByteView data, Random& random) {
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
  return file_->write(slot_of(first) * kSlotBytes, slots);
}

Status BlockFile::write_parity(std::uint64_t blocks, std::span<const Bytes> parity, Random& random) {
  const std::uint64_t group = (blocks - 1) / shape_.data;
  Bytes slots(parity.size() * kSlotBytes);
  for (unsigned row = 0; row < parity.size(); ++row) {
    cipher_.seal(place_of_parity(group, row), kBlockBytes, parity[row], random,
                 std::span(slots).subspan(row * kSlotBytes, kSlotBytes));
  }
  return file_->write((slot_of(blocks - 1) + 1) * kSlotBytes, slots);
}

Result<bool> BlockFile::read(std::uint64_t index, std::size_t data, std::span<std::uint8_t> block) {
  return read_slot(slot_of(index), index, data, block);
}

Result<bool> BlockFile::read_slot(std::uint64_t slot, std::uint64_t place, std::size_t data,
                                  std::span<std::uint8_t> block) {
  Bytes sealed(kSlotBytes);
  const Result<std::size_t> got = file_->read(slot * kSlotBytes, sealed);
  if (!got) return fail(got.error());
  return *got == sealed.size() && cipher_.open(place, data, sealed, block);
}

Result<bool> BlockFile::recover(std::uint64_t index, std::uint64_t dataset_bytes, std::span<std::uint8_t> block) {
  if (!shape_.any()) return false;
  const std::uint64_t group = index / shape_.data;
  const std::uint64_t first = group * shape_.data;
  const std::uint64_t end = std::min(first + shape_.data, block_count(dataset_bytes));
  std::vector<Bytes> others;
  std::vector<ParityCode::Known> known;
  for (unsigned place = 0; place < shape_.data + shape_.parity && known.size() < shape_.data; ++place) {
    if (first + place == index) continue;
    Bytes other(kBlockBytes);  // stays zeroes for a block that the last group does not have
    Result<bool> good = true;
    if (place >= shape_.data) {
      const unsigned row = place - shape_.data;
      good = read_slot(slot_of(end - 1) + 1 + row, place_of_parity(group, row), kBlockBytes, other);
    } else if (first + place < end) {
      good = read(first + place, data_in_block(dataset_bytes, first + place), other);
    }
    if (!good) return good;
    if (!*good) continue;
    others.push_back(std::move(other));
    known.push_back({place, others.back()});
  }
  if (known.size() < shape_.data) return false;
  ParityCode(shape_).recover(static_cast<unsigned>(index - first), known, block);
  return true;
}

}  // namespace status::storage
