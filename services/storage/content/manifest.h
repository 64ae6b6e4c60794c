// What a dataset is: the block that its address names. A protobuf of the storage network:
//
//   message Manifest { Header data = 1; }
//   message Header { bytes tree_cid = 1; uint32 block_size = 2; uint64 dataset_size = 3; uint32 codec = 4;
//                    uint32 hash_codec = 5; uint32 cid_version = 6; Erasure erasure = 7; string filename = 8;
//                    string mimetype = 9; }
//   message Erasure { uint32 k = 1; uint32 m = 2; bytes original_tree_cid = 3; uint64 original_dataset_size = 4;
//                     uint32 strategy = 5; Verification verification = 6; }
//
// Name and type are part of it: the same bytes under another name have another address.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/storage/content/blocks.h"

namespace status::storage {

inline constexpr std::size_t kMaxManifestBytes = 4096;
inline constexpr std::size_t kMaxNameBytes = 255;  // of a file name, and of a media type

// 1 TiB: its leaves alone are 512 MiB, and a foreign manifest may claim anything.
inline constexpr std::uint64_t kMaxDatasetBytes = std::uint64_t{1} << 40U;

// That the dataset is another one with parity blocks, in the storage network's own code (Leopard), which this node does
// not compute. `verification` stays as it came.
struct Erasure {
  std::uint32_t k = 0;
  std::uint32_t m = 0;
  Cid original_tree{.codec = Codec::root, .digest = {}};
  std::uint64_t original_bytes = 0;
  std::uint32_t strategy = 0;
  Bytes verification;

  friend bool operator==(const Erasure&, const Erasure&) = default;
};

struct Manifest {
  Cid tree{.codec = Codec::root, .digest = {}};
  std::uint64_t dataset_bytes = 0;
  std::optional<Erasure> erasure;
  std::string filename;  // empty: none
  std::string mimetype;

  Bytes encode() const;
  // INVALID_ARGUMENT `storage.invalid_manifest` for what is not such a protobuf, or is one of another generation of the
  // network's; or has another block size, hash, or a size over kMaxDatasetBytes.
  static Result<Manifest> decode(ByteView bytes);

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// The address of the dataset that an encoded manifest describes.
inline Cid manifest_cid(ByteView encoded) { return {Codec::manifest, sha256({encoded})}; }

}  // namespace status::storage
