// One request as its handler sees it, and what is answered. Plain values.
#pragma once

#include <string>
#include <string_view>

namespace status::gateway {

struct HttpRequest {
  bool post = false;   // else GET or HEAD
  bool head = false;   // answered as GET, but for the body
  std::string path;    // without the query; not decoded
  std::string query;   // what follows `?`; not decoded
  std::string bearer;  // of `Authorization: Bearer`; empty: there is none
  std::string user;    // of `Authorization: Basic`, as the next
  std::string password;
  std::string content_type;     // in lower case, without parameters
  std::string last_event_id;    // where an event stream that broke is to go on
  std::string if_none_match;    // as it was sent
  bool accepts_gzip = false;    // as a reply's encoding
  bool from_own_pages = false;  // not sent by a page of another site (origin.h)
  bool from_this_machine = false;
  bool encrypted = false;
  std::string body;
};

struct HttpReply {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  // In place of `body`: bytes that outlive the endpoint.
  std::string_view file = {};
  std::string etag = {};                  // empty: must not be kept; else it may, and is asked for again each time
  bool gzip = false;                      // how `file` is encoded
  std::string_view challenge = "Bearer";  // how to authenticate, with status 401
};

}  // namespace status::gateway
