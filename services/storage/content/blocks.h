// How a dataset falls into blocks: 64 KiB each, and the last one filled up with zeroes before it is hashed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "services/storage/content/cid.h"

namespace status::storage {

inline constexpr std::size_t kBlockBytes = 64U << 10U;

// Of a dataset of `bytes`; none of an empty one.
constexpr std::uint64_t block_count(std::uint64_t bytes) { return bytes / kBlockBytes + (bytes % kBlockBytes != 0); }

// How much of block `index` is data: kBlockBytes but for the last; 0 past the end.
constexpr std::size_t data_in_block(std::uint64_t bytes, std::uint64_t index) {
  if (index >= block_count(bytes)) return 0;
  const std::uint64_t left = bytes - index * kBlockBytes;
  return left < kBlockBytes ? static_cast<std::size_t>(left) : kBlockBytes;
}

// The leaf of a block: its data, at most kBlockBytes, and zeroes up to there.
Digest block_digest(ByteView data);
inline Cid block_cid(ByteView data) { return {Codec::block, block_digest(data)}; }

}  // namespace status::storage
