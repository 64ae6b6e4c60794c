// How the gateway binds a TCP port that its configuration names. Private to the gateway; any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/base/tcp_address.h"

namespace status::gateway {

// `address` is numeric; for port 0, `wish` is tried first when it is not 0: the port that the gateway before this one
// had. `key` of the configuration is what an error tells to change. Errors: FAILED_PRECONDITION (`gateway.port_taken`),
// system errors.
Result<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::io_context& context, const TcpAddress& address,
                                                 std::uint16_t wish, std::string_view key);
TcpAddress address_of(const boost::asio::ip::tcp::acceptor& acceptor);

// The port in a file that a gateway left for the next one: "127.0.0.1:40000"; 0 when there is none.
std::uint16_t earlier_port(const std::string& file);

}  // namespace status::gateway
