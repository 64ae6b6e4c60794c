#include "services/storage/content/digest.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace status::storage {

Digest sha256(std::initializer_list<ByteView> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  // It fails only without memory or with an OpenSSL that has no SHA-256: there is nothing to go on with.
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) std::abort();
  for (const ByteView part : parts) {
    if (EVP_DigestUpdate(context.get(), part.data(), part.size()) != 1) std::abort();
  }
  Digest digest;
  if (EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) std::abort();
  return digest;
}

}  // namespace status::storage
