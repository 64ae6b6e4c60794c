#include "tests/waku/go_waku.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>

#include "ipc/base/bytes.h"
#include "tests/support/patience.h"

namespace status::test {
namespace {

constexpr const char* kProgram = STATUS_WAKU_MODULES "/go-waku";

// One that is free now: go-waku's REST server takes no other.
std::uint16_t free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const auto* address = reinterpret_cast<const sockaddr*>(&at);
  if (::bind(socket.get(), address, size) != 0) return 0;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

}  // namespace

GoWaku::GoWaku(const TempDir& folder, const std::string& name)
    : folder_(folder.path()), name_(name), port_(free_port()), rest_port_(free_port()) {}

testing::AssertionResult GoWaku::start(const std::string& peer) {
  if (!std::filesystem::exists(kProgram)) {
    return testing::AssertionFailure() << kProgram << " is not there: tests/run --waku builds it";
  }
  std::string key = to_hex(as_bytes(name_));
  key.resize(64, '1');
  const std::string base = folder_ + "/" + name_;
  process_.emplace(std::vector<std::string>{kProgram, "-key", key, "-port", std::to_string(port_), "-rest",
                                            std::to_string(rest_port_), "-store", base + ".db", "-log", base + ".log",
                                            "-peers", peer});
  const std::optional<std::string> ready = process_->wait_for_line("ready ", kPatience);
  if (!ready) return testing::AssertionFailure() << "go-waku does not start: " << read_file(base + ".log");
  address_ = ready->substr(ready->find("/ip4"));
  while (!address_.empty() && address_.back() <= ' ') address_.pop_back();
  return testing::AssertionSuccess();
}

void GoWaku::stop() {
  if (process_) process_->signal(SIGTERM);
  if (process_ && !process_->wait(kPatience)) ADD_FAILURE() << "go-waku does not end";
  process_.reset();
}

void GoWaku::kill() { process_.reset(); }

}  // namespace status::test
