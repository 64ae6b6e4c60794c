// Between Beast's messages and those of the handlers: what is read of a request, and the header fields that every
// answer has. Private to gateway/http; pure.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "supervisor/gateway/http/message.h"

namespace status::gateway {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;
using BeastResponse = boost::beast::http::response<boost::beast::http::span_body<const char>>;

// Takes the body out of it.
HttpRequest read_request(BeastRequest& request);

// Fields and length. The body is a view of `reply`, which outlives the response; none for HEAD and where the client has
// the same already.
BeastResponse make_response(const BeastRequest& request, const HttpRequest& asked, const HttpReply& reply);

// Status line and fields of an event stream.
std::string event_stream_head();

}  // namespace status::gateway
