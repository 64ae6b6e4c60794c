#include "supervisor/gateway/tcp_listener.h"

#include "ipc/base/file.h"

namespace status::gateway {
namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

ErrorCode bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  // A gateway that follows another must not wait for its connections to be forgotten.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  ErrorCode ignored;
  if (error) acceptor.close(ignored);
  return error;
}

}  // namespace

Result<tcp::acceptor> listen_on(boost::asio::io_context& context, const TcpAddress& address, std::uint16_t wish,
                                std::string_view key) {
  ErrorCode error;
  const boost::asio::ip::address host = boost::asio::ip::make_address(address.host, error);
  if (error) return fail(errno_error(error.value(), "listen on " + to_text(address)));
  tcp::acceptor acceptor(context);
  if (address.port == 0 && wish != 0 && !bind(acceptor, {host, wish})) return acceptor;
  error = bind(acceptor, {host, address.port});
  if (!error) return acceptor;
  if (error == boost::asio::error::address_in_use) {
    return fail(Code::failed_precondition, "gateway.port_taken",
                to_text(address) + " is taken: set " + std::string(key) + " to another port, or to port 0 for any");
  }
  return fail(errno_error(error.value(), "listen on " + to_text(address)));
}

TcpAddress address_of(const tcp::acceptor& acceptor) {
  ErrorCode error;
  const tcp::endpoint endpoint = acceptor.local_endpoint(error);
  return {endpoint.address().to_string(), endpoint.port()};
}

std::uint16_t earlier_port(const std::string& file) {
  const std::string text = read_file(file).value_or("");
  std::string_view line = text;
  if (line.ends_with('\n')) line.remove_suffix(1);
  const auto address = parse_tcp_address(line);
  return address ? address->port : 0;
}

}  // namespace status::gateway
