// The long-lived key of one end of TLS connections: an Ed25519 private key in a file, and the self-signed certificate
// made from it.
#pragma once

#include <memory>
#include <string>

#include "ipc/base/result.h"
#include "ipc/tls/key_id.h"

// OpenSSL's own names for EVP_PKEY and X509, so that this header needs none of its headers.
struct evp_pkey_st;
struct x509_st;

namespace status::tls {

struct KeyDeleter {
  void operator()(evp_pkey_st* key) const;
};
struct CertificateDeleter {
  void operator()(x509_st* certificate) const;
};
using KeyPtr = std::unique_ptr<evp_pkey_st, KeyDeleter>;
using CertificatePtr = std::unique_ptr<x509_st, CertificateDeleter>;

// The certificate is a function of the key alone (Ed25519 signs deterministically; serial number and dates are fixed,
// because peers judge the key and no clock), so only the key is kept.
struct Identity {
  KeyPtr key;
  CertificatePtr certificate;
  KeyId id{};
};

// Reads `path`, PEM PKCS#8; creates it with mode 0600 if there is none, durable before this returns. Errors:
// PERMISSION_DENIED `ipc.identity_permissions` if others may read the file, DATA_LOSS `ipc.identity_unreadable` if it
// holds no Ed25519 key (never replaced: the peers have pinned it), those of the file system. One caller at a time per
// path.
Result<Identity> load_or_create_identity(const std::string& path);

// The id of whoever owns this certificate's key. INVALID_ARGUMENT `ipc.foreign_key` unless it is Ed25519.
Result<KeyId> key_id_of(const x509_st* certificate);

}  // namespace status::tls
