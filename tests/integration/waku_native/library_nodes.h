// Nodes of real processes whose waku module runs on the backend `native`, over a fixture library each, in one network that
// is played.
#pragma once

#include <gtest/gtest.h>

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "services/waku/api.h"
#include "tests/integration/waku_native/network_hub.h"
#include "tests/support/assert_ok.h"
#include "tests/support/native_library.h"
#include "tests/support/process_node.h"

namespace status::test {

// Which library, and how messages go through it.
struct Way {
  const char* name;
  const char* library;
  const char* family;
  const char* generation;
  const char* send;  // "messaging" or "relay"
  bool asks_stores;
};
void PrintTo(const Way& way, std::ostream* out);

inline constexpr Way kMessagingOfD = {"DMessaging", "fixture_delivery_d", "delivery", "D", "messaging", true};
inline constexpr Way kRelayOfD = {"DRelay", "fixture_delivery_d", "delivery", "D", "relay", true};
inline constexpr Way kMessagingOfB = {"BMessaging", "fixture_delivery_b", "delivery", "B", "messaging", false};
inline constexpr Way kLibwaku = {"Libwaku", "fixture_waku_b", "waku", "B", "relay", true};

class LibraryNodes : public testing::TestWithParam<Way> {
 protected:
  // A node that runs, and whose library is in the network. Its failure is the test's.
  ProcessNode& start(const Way& way, std::vector<std::string> settings = {});
  ProcessNode& start() { return start(GetParam()); }
  void TearDown() override;

  // Repeated while the library is away.
  static Result<waku::Send::Reply> send(Node& from, const std::string& topic, const std::string& text);
  static std::string subscribe(Node& at, const std::string& topic);  // the cursor
  // Of `waku.NAME` about that message.
  static EventLog::Match about(const std::string& name, const waku::Send::Reply& sent);
  static EventLog::Match payload(const std::string& text);
  // The messages that a node has received so far, by their payloads.
  static std::vector<std::string> payloads(const EventLog& log);
  static std::uint64_t counter(Node& at, const std::string& name);

  NetworkHub hub_;
  std::vector<std::unique_ptr<ProcessNode>> nodes_;
};

}  // namespace status::test
