// Where the fixture libraries of several nodes meet: the network that is played (tests/support/waku_network.h) behind a
// port on 127.0.0.1, as tests/fixtures/native/hub.h has it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ipc/base/unique_fd.h"
#include "tests/support/waku_network.h"

namespace status::test {

class NetworkHub {
 public:
  NetworkHub();
  ~NetworkHub();

  WakuNetwork& network() { return network_; }
  std::uint16_t port() const { return port_; }
  // What the library meets the next message with that it is to send, once (tests/fixtures/native/quirks.h). Every library
  // that is connected.
  void arm(const std::string& quirk);
  // Returns when so many libraries are connected.
  bool wait_for_links(std::size_t count);

 private:
  struct Link;

  void run();
  void accept_one();
  void read_from(Link& link);
  void take_line(Link& link, const std::string& line);

  WakuNetwork network_;
  UniqueFd listener_;
  UniqueFd wake_;  // an eventfd: the end
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::map<int, std::shared_ptr<Link>> links_;  // changed by the thread, under mutex_
  std::thread thread_;
};

}  // namespace status::test
