// Too much: of connections, of calls, of answers that nobody reads.
#include <iostream>

#include "tests/bench/figures.h"
#include "tests/integration/attacks/attack.h"

namespace status::test {
namespace {

using testing::HasSubstr;

class Flood : public Attack {
 protected:
  // A front end that comes new is served. It dials again when it is closed, as every client does: a server that
  // suspects its listener shuts down what has no pipe yet (ipc/server/listener.h).
  void expect_open() {
    const auto asked = bench::Clock::now();
    std::optional<std::string> answer;
    int dials = 0;
    do {
      ChildProcess other({binary("attacker"), "call", front_socket(), token_text(), "echo_b.who"});
      answer = other.wait_for_line("", kPatience);
      ++dials;
    } while (answer == "closed" && bench::Clock::now() < asked + kPatience);
    EXPECT_EQ(answer, "ok");
    std::cout << "a front end that comes new is served after " << bench::ms_since(asked) << " ms, dials: " << dials
              << "\n";
  }
};

using ConnectAndClose = Flood;
using SlowLoris = Flood;
using RequestFlood = Flood;
using DeafClient = Flood;

TEST_F(ConnectAndClose, TenThousandTimesAtTheFrontDoorAndAtAModule) {
  start();
  ChildProcess& front = attack({"storm", front_socket(), "10000"});
  std::cout << "at the front door " << first_line(front) << "\n";
  ChildProcess& module = attack({"storm", socket_of("echo_b"), "10000"});
  std::cout << "at the module " << first_line(module) << "\n";
  expect_open();
}

TEST_F(SlowLoris, ConnectionsThatSayNothingHalfOrOnlyTheirGreeting) {
  start();
  for (const char* greeting : {"none", "half", "whole"}) {
    ChildProcess& attacker = attack({"silence", front_socket(), "200", greeting});
    std::cout << greeting << ": " << first_line(attacker) << "\n";
    expect_open();
  }
}

TEST_F(SlowLoris, MoreConnectionsThanTheGatewayHasDescriptors) {
  start();
  for (const char* greeting : {"half", "whole"}) {
    ChildProcess& attacker = attack({"silence", front_socket(), "1200", greeting});
    std::cout << greeting << ": " << first_line(attacker) << "\n";
    expect_open();
    attacker.signal(SIGKILL);
    ASSERT_TRUE(attacker.wait(kPatience));
  }
}

// It breaks no rule: it waits for answers as soon as it has as many calls in flight as it may have.
TEST_F(RequestFlood, OfCallsThatAreAnsweredAtOnce) {
  start();
  const std::string got = first_line(attack({"flood", front_socket(), token_text(), "supervisor.hello", "50000"}));
  std::cout << got << "\n";
  EXPECT_THAT(got, HasSubstr("ok="));
  expect_open();
}

TEST_F(RequestFlood, WithoutATokenIsRefusedAndThenDropped) {
  start();
  const std::string got = first_line(attack({"flood", front_socket(), "none", "supervisor.hello", "50000"}));
  std::cout << got << "\n";
  EXPECT_THAT(got, testing::Not(HasSubstr("ok=")));
  EXPECT_THAT(got, HasSubstr("closed=1"));
  EXPECT_GE(refusals("gateway", "ipc.dropped"), 1);
  EXPECT_EQ(said("gateway", "ipc.no_credential"), 1);
  EXPECT_EQ(said("gateway", "ipc.dropped"), 1);
  expect_open();
}

TEST_F(RequestFlood, OfAClientThatDiesInTheMiddleOfIt) {
  start();
  constexpr int kDeaths = 20;
  for (int death = 0; death < kDeaths; ++death) {
    ChildProcess& attacker = attack({"dying", front_socket(), token_text(), "echo_a.say", "500"});
    ASSERT_EQ(attacker.wait(3 * kPatience), -SIGKILL) << attacker.output();
  }
  expect_open();
}

// Of one client, on however many connections, the front door holds 256 calls, and of one module 64.
TEST_F(RequestFlood, OfCallsThatStayInFlightIsRefused) {
  start();
  const std::string held = first_line(attack({"flood", front_socket(), token_text(), "echo_a.hold", "300"}));
  std::cout << held << "\n";
  EXPECT_THAT(held, HasSubstr("ipc.too_many_calls=236")) << "a module that does not answer has 64 calls";
  expect_open();
}

TEST_F(RequestFlood, OfPollsLeavesPollsToOthers) {
  start();
  const std::string got = first_line(
      attack({"flood", front_socket(), token_text(), "supervisor.events.next", "3000", R"({"wait_ms":30000})"}));
  std::cout << got << "\n";
  EXPECT_THAT(got, HasSubstr("ipc.too_many_polls="));
  const auto poll = node().front().call("supervisor.events.next", Value::map({{"wait_ms", 10}}));
  EXPECT_TRUE(poll) << poll.error().describe();
  expect_open();
}

// A rate of its own is what a token may be given.
TEST_F(RequestFlood, OverTheRateOfItsTokenIsRefusedAndThenDropped) {
  start();
  const auto made =
      node().front().call("supervisor.create_token",
                          Value::map({{"name", "script"}, {"methods", Value::array({"*"})}, {"rate_per_second", 10}}));
  ASSERT_TRUE(made) << made.error().describe();
  const std::string got =
      first_line(attack({"flood", front_socket(), made->string_or("token", ""), "supervisor.hello", "50000"}));
  std::cout << got << "\n";
  EXPECT_THAT(got, HasSubstr("ipc.rate_limited="));
  EXPECT_THAT(got, HasSubstr("closed=1"));
  EXPECT_GE(refusals("gateway", "ipc.rate_limited"), 1'000);
  EXPECT_EQ(said("gateway", "ipc.dropped"), 1);
  expect_open();
}

// Large answers fill what lies between, and then the places of the front door.
TEST_F(DeafClient, ThatAsksAndNeverReadsItsAnswers) {
  start();
  constexpr double kMostForOneClientKib = 32 * 1'024;
  const double before = kib_of("gateway");
  ChildProcess& deaf = attack({"deaf", front_socket(), token_text(), "supervisor.describe", "4000"});
  std::cout << first_line(deaf) << "\n";
  expect_open();
  const double more = kib_of("gateway") - before;
  std::cout << "anonymous memory of the gateway: " << before << " KiB before, " << more << " KiB more\n";
  if (!kSanitized) {
    EXPECT_LE(more, kMostForOneClientKib) << "what waits for a client that does not read is bounded";
  }
  EXPECT_EQ(first_line(deaf), "hung up");
}

}  // namespace
}  // namespace status::test
