#include "services/chain/rpc/url.h"

#include <algorithm>

#include "ipc/base/bytes.h"
#include "ipc/base/tcp_address.h"

namespace status::chain::rpc {
namespace {

tl::unexpected<Error> wrong(const std::string& problem) {
  return fail(Code::invalid_argument, "chain.bad_endpoint",
              "an endpoint " + problem + "; it must be http://HOST:PORT/PATH or https://HOST/PATH");
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

std::string Url::name() const {
  const std::string shown = host.find(':') == host.npos ? host : "[" + host + "]";
  return (tls ? "https://" : "http://") + shown + ":" + port;
}

Result<Url> parse_url(std::string_view text) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kTls = "https://";
  if (text.size() > 2'048 || !is_printable(text)) return wrong("is too long or has blanks in it");
  Url url;
  url.tls = text.starts_with(kTls);
  if (!url.tls && !text.starts_with(kPlain)) return wrong("is of another scheme than http and https");
  text.remove_prefix(url.tls ? kTls.size() : kPlain.size());
  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  std::string_view target = text.substr(authority.size());
  url.target = std::string(target.substr(0, target.find('#')));
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    url.authorization = "Basic " + to_base64(as_bytes(authority.substr(0, at)));
    authority.remove_prefix(at + 1);
  }
  const bool has_port = authority.rfind(':') != authority.npos && !authority.ends_with(']');
  const std::string with_port = std::string(authority) + (has_port ? "" : url.tls ? ":443" : ":80");
  const std::optional<TcpAddress> address = parse_tcp_address(with_port);
  if (!address || address->port == 0) return wrong("has no host and port that make sense");
  url.host = address->host;
  url.port = std::to_string(address->port);
  return url;
}

}  // namespace status::chain::rpc
