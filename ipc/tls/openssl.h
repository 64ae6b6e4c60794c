// What the users of OpenSSL's own interface share. Private to ipc/tls.
#pragma once

#include <openssl/bio.h>

#include <memory>
#include <string_view>

#include "ipc/base/result.h"

namespace status::tls {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using BioPtr = std::unique_ptr<BIO, BioDeleter>;

// INTERNAL (`ipc.openssl`) with the first reason that this thread's queue of errors has; empties the queue.
Error openssl_error(std::string_view what);

}  // namespace status::tls
