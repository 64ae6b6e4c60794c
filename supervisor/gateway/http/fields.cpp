#include "supervisor/gateway/http/fields.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "ipc/base/bytes.h"
#include "supervisor/gateway/http/origin.h"

namespace status::gateway {
namespace {

namespace http = boost::beast::http;
using http::field;

// A page runs what is built into the gateway and nothing else, talks to nobody else, and is shown in no other page.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kProtection = {
    {{"Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"},
     {"Referrer-Policy", "no-referrer"},
     {"Cross-Origin-Resource-Policy", "same-origin"},
     {"Cross-Origin-Opener-Policy", "same-origin"}}};

std::string_view text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Behind the scheme, which may be in any case; empty when it is another.
std::string_view credentials_of(std::string_view authorization, std::string_view scheme) {
  if (lower_case(authorization.substr(0, scheme.size())) != scheme) return {};
  authorization.remove_prefix(scheme.size());
  return authorization.starts_with(' ') ? authorization.substr(1) : std::string_view();
}

// RFC 7617: base64 of USER:PASSWORD.
void read_basic(std::string_view credentials, HttpRequest& out) {
  const std::optional<Bytes> bytes = from_base64(credentials);
  if (!bytes) return;
  const std::string both(bytes->begin(), bytes->end());
  const std::size_t colon = std::min(both.find(':'), both.size());
  out.user = both.substr(0, colon);
  out.password = both.substr(std::min(colon + 1, both.size()));
}

std::string media_type_of(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return lower_case(content_type);
}

}  // namespace

HttpRequest read_request(BeastRequest& request) {
  const std::string_view target = text_of(request.target());
  const std::size_t mark = std::min(target.find('?'), target.size());
  HttpRequest out;
  out.post = request.method() == http::verb::post;
  out.head = request.method() == http::verb::head;
  out.path = target.substr(0, mark);
  out.query = target.substr(std::min(mark + 1, target.size()));
  const std::string_view authorization = text_of(request[field::authorization]);
  out.bearer = credentials_of(authorization, "bearer");
  read_basic(credentials_of(authorization, "basic"), out);
  out.content_type = media_type_of(text_of(request[field::content_type]));
  out.last_event_id = text_of(request["Last-Event-ID"]);
  out.if_none_match = text_of(request[field::if_none_match]);
  out.accepts_gzip = text_of(request[field::accept_encoding]).find("gzip") != std::string_view::npos;
  out.from_own_pages = is_own_page({.host = text_of(request[field::host]),
                                    .origin = text_of(request[field::origin]),
                                    .fetch_site = text_of(request["Sec-Fetch-Site"])});
  out.body = std::move(request.body());
  return out;
}

BeastResponse make_response(const BeastRequest& request, const HttpRequest& asked, const HttpReply& reply) {
  const bool known = !reply.etag.empty() && asked.if_none_match == reply.etag;
  BeastResponse out(known ? http::status::not_modified : http::status(reply.status), request.version());
  for (const auto& [name, value] : kProtection) {
    out.set(boost::beast::string_view(name.data(), name.size()), boost::beast::string_view(value.data(), value.size()));
  }
  out.set(field::content_type, reply.content_type);
  out.set(field::cache_control, reply.etag.empty() ? "no-store" : "no-cache");
  if (!reply.etag.empty()) {
    out.set(field::etag, reply.etag);
    out.set(field::vary, "Accept-Encoding");
  }
  if (reply.gzip) out.set(field::content_encoding, "gzip");
  if (reply.status == 401) out.set(field::www_authenticate, {reply.challenge.data(), reply.challenge.size()});
  if (reply.status == 405) out.set(field::allow, "GET, HEAD");
  out.keep_alive(request.keep_alive());
  const std::string_view body = reply.file.empty() ? std::string_view(reply.body) : reply.file;
  if (!known) {
    out.content_length(body.size());
    if (!asked.head) out.body() = {body.data(), body.size()};
  }
  return out;
}

std::string event_stream_head() {
  std::string out = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n";
  for (const auto& [name, value] : kProtection) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  return out + "Connection: close\r\n\r\n";
}

}  // namespace status::gateway
