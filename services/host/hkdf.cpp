#include "services/host/hkdf.h"

#include <sodium.h>

#include <algorithm>
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

SecretBytes hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::size_t length) {
  if (length > 255 * kBlock) std::abort();
  const Bytes no_salt(kBlock, 0);
  SecretBytes extracted(kBlock);
  hmac(salt.empty() ? ByteView(no_salt) : salt, {secret}, extracted.writable().data());

  SecretBytes out(length);
  SecretBytes block(kBlock);
  ByteView previous;  // T(0) is empty
  std::uint8_t counter = 1;
  for (std::size_t done = 0; done < length; ++counter) {
    hmac(extracted.view(), {previous, info, ByteView(&counter, 1)}, block.writable().data());
    previous = block.view();
    const std::size_t take = std::min(kBlock, length - done);
    std::copy_n(previous.begin(), take, out.writable().begin() + static_cast<std::ptrdiff_t>(done));
    done += take;
  }
  return out;
}

}  // namespace status::host
