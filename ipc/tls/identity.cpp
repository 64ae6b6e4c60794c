#include "ipc/tls/identity.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>

#include "ipc/base/file.h"
#include "ipc/base/unique_fd.h"
#include "ipc/tls/openssl.h"

namespace status::tls {

void KeyDeleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void CertificateDeleter::operator()(x509_st* certificate) const { X509_free(certificate); }

namespace {

tl::unexpected<Error> openssl_failed(const char* what) { return fail(openssl_error(what)); }

Result<KeyPtr> read_key(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "fstat " + path));
  if ((info.st_mode & 0077) != 0) {
    return fail(Code::permission_denied, "ipc.identity_permissions",
                path + " holds a private key and others may read it: chmod 600 " + path);
  }
  const BioPtr file(BIO_new_fd(fd, BIO_NOCLOSE));
  KeyPtr key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return fail(Code::data_loss, "ipc.identity_unreadable",
                path +
                    " holds no Ed25519 private key. Restore it from a backup, or move it away: then a new "
                    "identity is made and every peer that pinned the old one must be told");
  }
  return key;
}

Status write_key(EVP_PKEY* key, const std::string& path) {
  const BioPtr memory(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failed("encode the private key");
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return replace_file(path, {text, static_cast<std::size_t>(size)}, Durability::synced);
}

Result<KeyPtr> load_or_create_key(const std::string& path) {
  const UniqueFd existing(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (existing) {
    // Whoever made it may have died before its name was on the disk, and peers pin it.
    if (Status synced = sync_folder_of(path); !synced) return tl::unexpected(synced.error());
    return read_key(existing.get(), path);
  }
  if (errno != ENOENT) return fail(errno_error(errno, "open " + path));
  KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return openssl_failed("make an Ed25519 key");
  if (Status written = write_key(key.get(), path); !written) return tl::unexpected(written.error());
  return key;
}

}  // namespace

Result<KeyId> key_id_of(const x509_st* certificate) {
  const EVP_PKEY* key = certificate == nullptr ? nullptr : X509_get0_pubkey(certificate);
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
    ERR_clear_error();
    return fail(Code::invalid_argument, "ipc.foreign_key", "the peer's certificate has no Ed25519 key");
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return openssl_failed("encode the peer's public key");
  KeyId id;
  const int hashed = EVP_Digest(der, static_cast<std::size_t>(size), id.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  if (hashed != 1) return openssl_failed("hash the peer's public key");
  return id;
}

Result<Identity> load_or_create_identity(const std::string& path) {
  Result<KeyPtr> key = load_or_create_key(path);
  if (!key) return tl::unexpected(key.error());
  Result<CertificatePtr> certificate = self_signed({.key = key->get(), .name = "status"});
  if (!certificate) return tl::unexpected(certificate.error());
  const Result<KeyId> id = key_id_of(certificate->get());
  if (!id) return tl::unexpected(id.error());
  return Identity{std::move(*key), std::move(*certificate), *id};
}

}  // namespace status::tls
