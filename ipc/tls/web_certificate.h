// The certificate by which browsers and Prometheus know a web server: an authority's, or one that is made here.
#pragma once

#include <sys/stat.h>

#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ipc/base/result.h"

namespace status::tls {

// One PEM file, mode 0600: the private key, the server's certificate and those between it and the authority. It may be
// replaced while it is in use. One thread.
class WebCertificate {
 public:
  // If there is no `file`, makes a key of P-256, because browsers know no Ed25519, and a certificate that it signs
  // itself, for `names`: host names and numeric addresses. On disk before this returns. Errors: PERMISSION_DENIED
  // (`ipc.identity_permissions`) if others may read the file, DATA_LOSS (`ipc.certificate_unreadable`) if a key and its
  // certificate are not both in it, those of the file system, INTERNAL (`ipc.openssl`).
  static Result<std::unique_ptr<WebCertificate>> open(std::string file, const std::vector<std::string>& names);

  // The TLS settings of the next connection: 1.3 only, no client certificate. Of what the file has now; while that
  // cannot be used they stay as they were, and `problem` hears once why.
  boost::asio::ssl::context& context(const std::function<void(const Error&)>& problem);

 private:
  explicit WebCertificate(std::string file) : file_(std::move(file)) {}
  Status load();
  bool is_another();

  const std::string file_;
  struct stat seen_ {};  // what was loaded last, or tried to
  std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace status::tls
