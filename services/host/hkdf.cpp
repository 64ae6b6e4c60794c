#include "services/host/hkdf.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace status::host {
namespace {

constexpr std::size_t kBlock = crypto_auth_hmacsha256_BYTES;

void hmac(ByteView key, std::initializer_list<ByteView> parts, std::uint8_t* out) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (ByteView part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  crypto_auth_hmacsha256_final(&state, out);
  sodium_memzero(&state, sizeof state);
}

}  // namespace

void hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::span<std::uint8_t> out) {
  if (out.size() > 255 * kBlock) std::abort();
  constexpr std::array<std::uint8_t, kBlock> kNoSalt{};
  std::array<std::uint8_t, kBlock> extracted;
  hmac(salt.empty() ? ByteView(kNoSalt) : salt, {secret}, extracted.data());

  std::array<std::uint8_t, kBlock> block;
  ByteView previous;  // T(0) is empty
  for (std::uint8_t counter = 1; !out.empty(); ++counter) {
    hmac(extracted, {previous, info, ByteView(&counter, 1)}, block.data());
    previous = block;
    const std::size_t take = std::min(kBlock, out.size());
    std::copy_n(block.begin(), take, out.begin());
    out = out.subspan(take);
  }
  wipe(extracted);
  wipe(block);
}

SecretBytes hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::size_t length) {
  SecretBytes out(length);
  hkdf_sha256(secret, salt, info, out.writable());
  return out;
}

}  // namespace status::host
