// Parity blocks: any K of a group's K data and M parity blocks give all of them back. Reed-Solomon over GF(2^8) with a
// Cauchy matrix, computed by ISA-L. Not the network's own code (Leopard, over GF(2^16) or GF(2^8) in another basis): what
// this makes never leaves the node, and no address depends on it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ipc/base/bytes.h"
#include "services/storage/group_shape.h"

namespace status::storage {

// Immutable: any thread. All blocks that go into one call have the same length.
class ParityCode {
 public:
  // 1 to kMostData data and 1 to kMostParity parity blocks.
  explicit ParityCode(GroupShape shape);

  // Adds the data block with this place in its group to the group's parity blocks, which begin as zeroes. Blocks that a
  // group does not have count as zeroes, so that they need not be added.
  void add(unsigned place, ByteView block, std::span<Bytes> parity) const;

  // A block that is known to be good: data blocks have the places from 0, parity blocks those behind.
  struct Known {
    unsigned place = 0;
    ByteView block;
  };
  // The data block of that place, from `data` others; the first so many of `known` are looked at.
  void recover(unsigned place, std::span<const Known> known, std::span<std::uint8_t> block) const;

 private:
  const GroupShape shape_;
  std::vector<std::uint8_t> matrix_;  // of data + parity rows; those of data are the identity
  std::vector<std::uint8_t> tables_;  // of the parity rows, as ISA-L wants them
};

}  // namespace status::storage
