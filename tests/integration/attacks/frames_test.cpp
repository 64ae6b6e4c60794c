// What comes in at the front door and at a module's: too large, too deep, half.
#include <sys/socket.h>

#include <iostream>

#include "ipc/base/codec.h"
#include "ipc/wire/limits.h"
#include "tests/integration/attacks/attack.h"

namespace status::test {
namespace {

// Of a process's memory, when somebody announces what never comes.
constexpr double kMostKib = 8 * 1'024;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// So many arrays of one element within each other.
Bytes nested(std::size_t levels) { return Bytes(levels, 0x91) + Bytes{0xc0}; }

class FrameAttack : public Attack {
 protected:
  // A request with these bytes for its parameters: what comes back.
  std::string with_params(std::string_view method, const Bytes& params) {
    RawClient client(front_socket());
    ipc::RequestHeader header{.id = 1, .method = method, .deadline_ms = 5'000, .credential = token()};
    client.write(framed(request(header, params)));
    return client.verdict(kPatience);
  }
  // Anything at all for an envelope.
  std::string with_envelope(const std::string& socket, const Bytes& envelope) {
    RawClient client(socket);
    client.write(framed(Bytes{0x80, 0, 0, 1} + envelope));
    return client.verdict(kPatience);
  }
  // The prefix of a request up to its meta, of which `entry` is one more.
  Bytes with_meta(const Bytes& entry) {
    return Bytes{0x95, 0, 1, 0xa3, 'e', '.', 's', 0x83, 0xa1, 'v', 1, 0xa1, 'd', 0xcd, 0x10, 0, 0xa1, 'z'} + entry +
           Bytes{0x80};
  }
};

using OversizeMessage = FrameAttack;
using DeepMessage = FrameAttack;
using HalfAFrame = FrameAttack;

TEST_F(OversizeMessage, ItsConnectionIsClosedAtItsFirstBytes) {
  start();
  for (const std::string& socket : {front_socket(), socket_of("echo_a")}) {
    for (const std::uint64_t announced :
         {std::uint64_t{ipc::kMaxMessage} + 65, std::uint64_t{1} << 32U, std::uint64_t{1} << 62U, ~std::uint64_t{0}}) {
      RawClient client(socket);
      ASSERT_TRUE(client.connected());
      client.write(framed(Bytes{1}, announced));
      EXPECT_TRUE(client.closed(kPatience)) << announced;
    }
  }
}

// NNG takes the room for a message when its length is announced, whoever it is from: so many at once would leave a
// process without any for the others.
TEST_F(OversizeMessage, WhatIsAnnouncedAndNeverComesTakesNoMemory) {
  node_.emplace(std::vector<std::string>{"modules=[\"keys\"]"});
  start();
  for (const char* process : {"gateway", "keys"}) {
    const double before = kib_of(process);
    const std::string held = first_line(attack({"halves", socket_of(process), "64", std::to_string(ipc::kMaxMessage)}));
    const double more = kib_of(process) - before;
    std::cout << process << ": " << held << ", 16 MiB announced on each; anonymous memory: " << before
              << " KiB before, " << more << " KiB more\n";
    if (!kSanitized) {
      EXPECT_LE(more, kMostKib) << process;
    }
    EXPECT_GE(refusals(process, "ipc.too_many_connections"), 1);
  }
  // What they have left does for the others.
  const auto large = node().front().call("echo_a.say", Value::map({{"text", std::string(8U << 20U, 'x')}}));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().reason, "ipc.invalid_params") << "it got to the module, which takes no such text";
  const auto keys = node().front().call("keys.status");
  EXPECT_TRUE(keys) << keys.error().describe();
}

TEST_F(OversizeMessage, AMethodNameOrMetaWithoutEndIsRefusedWithItsLimit) {
  start();
  EXPECT_EQ(verdict(token(), std::string(97, 'm')), "ipc.limit");
  EXPECT_EQ(with_envelope(front_socket(), Bytes{0x95, 0, 1, 0xa3, 'e', '.', 's', 0xde, 0xff, 0xff}), "ipc.limit");
  EXPECT_EQ(refusals("gateway", "ipc.limit"), 2);
}

TEST_F(DeepMessage, NestedParametersAreRefusedByWhoeverReadsThem) {
  start();
  const Bytes deep = Bytes{0x81, 0xa4, 't', 'e', 'x', 't'} + nested(1'000'000);
  EXPECT_EQ(with_params("echo_a.say", deep), "ipc.limit");
  EXPECT_EQ(with_params("supervisor.module", deep), "ipc.limit");
}

TEST_F(DeepMessage, ANestedEnvelopeIsRefusedBeforeItIsRead) {
  start();
  for (const std::string& socket : {front_socket(), socket_of("echo_a")}) {
    EXPECT_EQ(with_envelope(socket, nested(1'000'000)), "closed") << "nobody knows whom to answer";
    EXPECT_EQ(with_envelope(socket, with_meta(nested(33))), "ipc.bad_envelope");
    EXPECT_EQ(with_envelope(socket, with_meta(nested(1'000'000))), "ipc.bad_envelope");
  }
  EXPECT_EQ(refusals("gateway", "ipc.bad_envelope"), 3);
  EXPECT_EQ(refusals("echo_a", "ipc.bad_envelope"), 3);
}

TEST_F(DeepMessage, ArraysMapsAndTextsThatClaimFourBillionElements) {
  start();
  const double before = kib_of("gateway") + kib_of("echo_a");
  const std::vector<Bytes> claims = {{0xdd, 0xff, 0xff, 0xff, 0xff},   // an array
                                     {0xdf, 0xff, 0xff, 0xff, 0xff},   // a map
                                     {0xdb, 0xff, 0xff, 0xff, 0xff},   // a text
                                     {0xc6, 0xff, 0xff, 0xff, 0xff}};  // bytes
  for (const Bytes& claim : claims) {
    for (const std::string& socket : {front_socket(), socket_of("echo_a")}) {
      EXPECT_EQ(with_envelope(socket, claim), "closed");
      EXPECT_EQ(with_envelope(socket, Bytes{0x95, 0} + claim), "closed");
      EXPECT_EQ(with_envelope(socket, Bytes{0x95, 0, 1} + claim), "ipc.bad_envelope");
      EXPECT_EQ(with_envelope(socket, with_meta(claim)), "ipc.bad_envelope");
    }
    for (const char* method : {"echo_a.say", "supervisor.module"}) {
      const std::string whole = with_params(method, claim);
      EXPECT_TRUE(whole == "ipc.bad_envelope" || whole == "ipc.bad_encoding" || whole == "ipc.limit") << whole;
      const std::string within = with_params(method, Bytes{0x81, 0xa4, 't', 'e', 'x', 't'} + claim);
      EXPECT_TRUE(within == "ipc.bad_encoding" || within == "ipc.limit") << within;
    }
  }
  const double more = kib_of("gateway") + kib_of("echo_a") - before;
  std::cout << "anonymous memory of the gateway and the module: " << more << " KiB more\n";
  if (!kSanitized) {
    EXPECT_LE(more, kMostKib);
  }
}

TEST_F(HalfAFrame, AndThenSilenceHoldsUpNobody) {
  start();
  const Bytes whole = framed(request("supervisor.hello", token()));
  constexpr std::size_t kStep = 13;
  std::vector<RawClient> halves;
  for (std::size_t size = 0; size < whole.size(); size += kStep) {
    RawClient& client = halves.emplace_back(front_socket());
    ASSERT_TRUE(client.connected());
    client.write(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  EXPECT_EQ(verdict(token()), "ok");
  // Nobody was told that the rest is not to come: it still counts.
  for (std::size_t i = 0; i < halves.size(); ++i) {
    halves[i].write(Bytes(whole.begin() + static_cast<std::ptrdiff_t>(kStep * i), whole.end()));
    EXPECT_EQ(halves[i].verdict(kPatience), "ok");
  }
}

TEST_F(HalfAFrame, ABreakInTheMiddleIsTheEndOfThatConnectionAlone) {
  start();
  const Bytes whole = framed(request("supervisor.hello", token()));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    RawClient client(front_socket());
    client.write(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    // Until it is let go, so that this process never has too many connections.
    ::shutdown(client.descriptor(), SHUT_WR);
    EXPECT_TRUE(client.closed(kPatience)) << "after " << size << " bytes";
  }
  EXPECT_EQ(verdict(token()), "ok");
}

TEST_F(HalfAFrame, HalfAGreetingHoldsUpNobody) {
  start();
  std::vector<RawClient> halves;
  for (int i = 0; i < 20; ++i) halves.emplace_back(front_socket(), RawClient::Greeting::half);
  EXPECT_EQ(verdict(token()), "ok");
  EXPECT_TRUE(halves.front().closed(kPatience)) << "whoever does not greet within ten seconds is let go";
}

}  // namespace
}  // namespace status::test
