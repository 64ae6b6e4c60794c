// What the users of OpenSSL's own interface share. Private to ipc/tls.
#pragma once

#include <openssl/bio.h>

#include <memory>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/tls/identity.h"

namespace status::tls {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using BioPtr = std::unique_ptr<BIO, BioDeleter>;

struct SelfSigned {
  evp_pkey_st* key = nullptr;
  const char* name = "";               // the subject's common name
  std::string alternative_names = {};  // x509v3_config(5): "DNS:localhost,IP:127.0.0.1"; empty: none
  const evp_md_st* digest = nullptr;   // null: the key's own, as Ed25519's
};
// Without an end, because nobody is there to renew it, and with no more in it that changes than what is given here.
// INTERNAL (`ipc.openssl`).
Result<CertificatePtr> self_signed(const SelfSigned& wish);

// INTERNAL (`ipc.openssl`) with the first reason that this thread's queue of errors has; empties the queue.
Error openssl_error(std::string_view what);

}  // namespace status::tls
