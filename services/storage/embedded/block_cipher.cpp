#include "services/storage/embedded/block_cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "services/host/hkdf.h"

namespace status::storage {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context new_context() {
  Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!context) std::abort();
  return context;
}

Bytes info_of(const FileId& file) {
  Bytes info = to_bytes(as_bytes("status/storage/file/v1"));
  info.insert(info.end(), file.begin(), file.end());
  return info;
}

// Block, place and key have fixed sizes: only a lack of memory fails.
void require(int outcome) {
  if (outcome != 1) std::abort();
}

}  // namespace

BlockCipher::BlockCipher(const host::SecretBytes& node_key, const FileId& file)
    : key_(host::hkdf_sha256(node_key.view(), {}, info_of(file), 32)) {}

BlockCipher::Place BlockCipher::place_of(std::uint64_t index, std::size_t data) {
  Place place;
  for (std::size_t i = 8; i > 0; --i, index >>= 8U) place[i - 1] = static_cast<std::uint8_t>(index);
  for (std::size_t i = place.size(); i > 8; --i, data >>= 8U) place[i - 1] = static_cast<std::uint8_t>(data);
  return place;
}

void BlockCipher::seal(std::uint64_t index, std::size_t data, ByteView block, Random& random,
                       std::span<std::uint8_t> slot) const {
  const Place place = place_of(index, data);
  random.fill(slot.first(kNonceBytes));
  const Context context = new_context();
  int written = 0;
  require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.view().data(), slot.data()));
  require(EVP_EncryptUpdate(context.get(), nullptr, &written, place.data(), static_cast<int>(place.size())));
  require(EVP_EncryptUpdate(context.get(), slot.data() + kNonceBytes, &written, block.data(),
                            static_cast<int>(kBlockBytes)));
  require(EVP_EncryptFinal_ex(context.get(), slot.data() + kNonceBytes + kBlockBytes, &written));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, slot.data() + kNonceBytes + kBlockBytes));
}

bool BlockCipher::open(std::uint64_t index, std::size_t data, ByteView slot, std::span<std::uint8_t> block) const {
  const Place place = place_of(index, data);
  std::array<std::uint8_t, kTagBytes> tag;
  std::ranges::copy(slot.last(kTagBytes), tag.begin());
  const Context context = new_context();
  int written = 0;
  require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.view().data(), slot.data()));
  require(EVP_DecryptUpdate(context.get(), nullptr, &written, place.data(), static_cast<int>(place.size())));
  require(EVP_DecryptUpdate(context.get(), block.data(), &written, slot.data() + kNonceBytes,
                            static_cast<int>(kBlockBytes)));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
  return EVP_DecryptFinal_ex(context.get(), block.data(), &written) == 1;
}

}  // namespace status::storage
