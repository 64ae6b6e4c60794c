#include "services/storage/content/blocks.h"

#include <array>

namespace status::storage {

Digest block_digest(ByteView data) {
  static constexpr std::array<std::uint8_t, kBlockBytes> kZeroes{};
  return sha256({data, ByteView(kZeroes).first(kBlockBytes - data.size())});
}

}  // namespace status::storage
