// Content addresses: CIDv1 with SHA-256, as the storage team's nodes make them and print them (base58btc, "zD…").
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "services/storage/content/digest.h"

namespace status::storage {

// What an address names: the multicodecs that the storage network registered for itself, of those the ones whose hash
// is SHA-256. (0xCD04 to 0xCD06 and 0xCD10 to 0xCD12 belong to its proofs, which this node does not make.)
enum class Codec : std::uint32_t { manifest = 0xCD01, block = 0xCD02, root = 0xCD03 };

inline constexpr std::uint32_t kSha256Code = 0x12;

struct Cid {
  Codec codec = Codec::manifest;
  Digest digest{};

  // The binary form, 38 bytes.
  Bytes bytes() const;
  // "zD…", 52 characters or so.
  std::string text() const;

  // INVALID_ARGUMENT `storage.invalid_cid`: another version, codec, hash or alphabet, or bytes behind the end.
  static Result<Cid> from_bytes(ByteView bytes);
  static Result<Cid> parse(std::string_view text);

  friend bool operator==(const Cid&, const Cid&) = default;
  friend auto operator<=>(const Cid&, const Cid&) = default;
};

}  // namespace status::storage
