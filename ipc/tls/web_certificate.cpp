#include "ipc/tls/web_certificate.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cerrno>

#include "ipc/base/file.h"
#include "ipc/tls/identity.h"
#include "ipc/tls/openssl.h"

namespace status::tls {
namespace {

bool is_address(const std::string& name) {
  in6_addr any{};
  return ::inet_pton(AF_INET, name.c_str(), &any) == 1 || ::inet_pton(AF_INET6, name.c_str(), &any) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + ((is_address(name) ? "IP:" : "DNS:") + name);
  return out;
}

Status make_file(const std::string& path, const std::vector<std::string>& names) {
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (!key) return fail(openssl_error("make a key of P-256"));
  const Result<CertificatePtr> certificate = self_signed(
      {.key = key.get(), .name = "status node", .alternative_names = alternative_names(names), .digest = EVP_sha256()});
  if (!certificate) return fail(certificate.error());
  const BioPtr memory(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(memory.get(), certificate->get()) != 1) {
    return fail(openssl_error("encode a certificate"));
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return replace_file(path, {text, static_cast<std::size_t>(size)}, Durability::synced);
}

}  // namespace

Result<std::unique_ptr<WebCertificate>> WebCertificate::open(std::string file, const std::vector<std::string>& names) {
  std::unique_ptr<WebCertificate> self(new WebCertificate(std::move(file)));
  if (::access(self->file_.c_str(), F_OK) != 0 && errno == ENOENT) {
    if (Status made = make_file(self->file_, names); !made) return fail(made.error());
  }
  if (Status loaded = self->load(); !loaded) return fail(loaded.error());
  return self;
}

// Whoever replaces a file in place changes its time as well.
bool WebCertificate::is_another() {
  struct stat now {};
  return ::stat(file_.c_str(), &now) == 0 &&
         (now.st_ino != seen_.st_ino || now.st_size != seen_.st_size || now.st_mode != seen_.st_mode ||
          now.st_mtim.tv_sec != seen_.st_mtim.tv_sec || now.st_mtim.tv_nsec != seen_.st_mtim.tv_nsec);
}

Status WebCertificate::load() {
  if (::stat(file_.c_str(), &seen_) != 0) return fail(errno_error(errno, "stat " + file_));
  if ((seen_.st_mode & 0077) != 0) {
    return fail(Code::permission_denied, "ipc.identity_permissions",
                file_ + " holds a private key and others may read it: chmod 600 " + file_);
  }
  auto context = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  SSL_CTX* ctx = context->native_handle();
  if (SSL_CTX_use_certificate_chain_file(ctx, file_.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(ctx, file_.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
    const Error why = openssl_error(file_);
    return fail(Code::data_loss, "ipc.certificate_unreadable",
                why.message + ". It must have, in PEM, a private key, its certificate and those of the authorities " +
                    "between; without the file a certificate is made at the next start");
  }
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  // An idle connection gives its 34 KiB of record buffers back.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 || SSL_CTX_set_num_tickets(ctx, 0) != 1) {
    return fail(openssl_error("set up TLS"));
  }
  context_ = std::move(context);
  return {};
}

boost::asio::ssl::context& WebCertificate::context(const std::function<void(const Error&)>& problem) {
  if (is_another()) {
    if (Status loaded = load(); !loaded) problem(loaded.error());
  }
  return *context_;
}

}  // namespace status::tls
