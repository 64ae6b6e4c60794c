// A gateway with a metrics address and a token, asked as a browser or a program would.
#pragma once

#include <sys/mman.h>

#include <memory>
#include <string>
#include <vector>

#include "ipc/base/codec.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/gateway/fixture.h"
#include "tests/unit/gateway/http_client.h"

namespace status::gateway {

inline constexpr const char* kToken = "00112233445566778899aabbccddeeff";

class DashboardTest : public GatewayTest {
 protected:
  // With a metrics address, and kToken for the local user's.
  GatewayConfig dashboard_config() const {
    GatewayConfig with = config();
    with.metrics_listen = "127.0.0.1:0";
    with.metrics_address_file = dir_.socket("metrics.addr");
    ipc::CredentialAccess::Entry local;
    local.sha256 = ipc::credential_digest(*ipc::parse_credential(kToken));
    local.caller = std::make_shared<ipc::Caller>(ipc::Caller{"local", ipc::MethodSet::all()});
    with.access = std::make_shared<ipc::CredentialAccess>(std::vector{local});
    return with;
  }
  void start_dashboard(int log_fd = -1) {
    GatewayConfig with = dashboard_config();
    with.log_fd = log_fd;
    start(with);
    client_ = std::move(*ipc::Client::open({.url = with.url,
                                            .target = "supervisor",
                                            .credential = ipc::parse_credential(kToken).value(),
                                            .connect_patience = std::chrono::seconds(5)}));
  }
  // The log is what this holds.
  UniqueFd start_dashboard_with_log() {
    UniqueFd log(::memfd_create("log", MFD_CLOEXEC));
    start_dashboard(log.get());
    return log;
  }

  std::uint16_t port() const {
    const std::string& url = gateway_->metrics_url();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }
  // `fields`: more of them, each with its line's end.
  std::string get(const std::string& target, const std::string& fields = "") const {
    return exchange(port(),
                    "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n");
  }
  std::string post(const std::string& target, const std::string& body, const std::string& token,
                   const std::string& fields = "") const {
    const std::string bearer = token.empty() ? "" : "Authorization: Bearer " + token + "\r\n";
    return exchange(port(), "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + bearer +
                                "Content-Type: application/json\r\n" + fields +
                                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  static Value json_of(const std::string& response) { return parse_json(body_of(response)).value_or(Value()); }
};

}  // namespace status::gateway
