#include "ipc/tls/openssl.h"

#include <openssl/err.h>

#include <string>

namespace status::tls {

Error openssl_error(std::string_view what) {
  char text[160] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return make_error(Code::internal, "ipc.openssl", std::string(what) + ": " + text);
}

}  // namespace status::tls
