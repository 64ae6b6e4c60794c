// Takes connections in. Mesh thread only. Private to the mesh backend.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

#include "services/waku/mesh/runtime.h"

namespace status::waku::mesh {

class Listener {
 public:
  using OnSocket = std::function<void(boost::asio::ip::tcp::socket)>;

  Listener(Runtime& runtime, OnSocket on_socket);

  // Port 0: the port in `port_file` if there is one and it is free, else one that the kernel picks and that is written
  // there, so that peers find this node again after a restart. Errors: INVALID_ARGUMENT for a host that is not numeric;
  // FAILED_PRECONDITION `waku.address_in_use`; those of the system.
  Status open(const PeerAddress& address, const std::string& port_file);
  void close();
  PeerAddress address() const;

 private:
  Status bind(const PeerAddress& address);
  void accept();

  Runtime& runtime_;
  OnSocket on_socket_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_timer_;
};

}  // namespace status::waku::mesh
