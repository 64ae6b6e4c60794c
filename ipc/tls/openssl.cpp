#include "ipc/tls/openssl.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <string>

namespace status::tls {
namespace {

struct ExtensionDeleter {
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

bool add_names(X509* certificate, const std::string& names) {
  if (names.empty()) return true;
  const std::unique_ptr<X509_EXTENSION, ExtensionDeleter> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

Result<CertificatePtr> self_signed(const SelfSigned& wish) {
  CertificatePtr certificate(X509_new());
  X509* x = certificate.get();
  X509_NAME* name = X509_get_subject_name(x);
  // 9999-12-31 is RFC 5280's "no expiry".
  const bool ok = X509_set_version(x, X509_VERSION_3) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
                  ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "19700101000000Z") == 1 &&
                  ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "99991231235959Z") == 1 &&
                  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                             reinterpret_cast<const unsigned char*>(wish.name), -1, -1, 0) == 1 &&
                  X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, wish.key) == 1 &&
                  add_names(x, wish.alternative_names) && X509_sign(x, wish.key, wish.digest) > 0;
  if (!ok) return fail(openssl_error("make the certificate"));
  return certificate;
}

Error openssl_error(std::string_view what) {
  char text[160] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return make_error(Code::internal, "ipc.openssl", std::string(what) + ": " + text);
}

}  // namespace status::tls
