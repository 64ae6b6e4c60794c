// Tokens of front ends at the door of a whole node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>

#include "ipc/base/codec.h"
#include "ipc/server/access.h"
#include "tests/integration/gateway/echo_node.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;
using Answer = std::future<Result<ipc::Response>>;

// A front end with a token of its own.
class Guest {
 public:
  Guest(EchoNode& node, const std::string& name, std::int64_t expires_ms = 0) {
    const auto made = node->front().call(
        "supervisor.create_token",
        Value::map({{"name", name}, {"methods", Value::Array{Value("*")}}, {"expires_ms", expires_ms}}));
    EXPECT_TRUE(made) << made.error().describe();
    door_ = *FrontDoor::open(node->url(), *ipc::parse_credential(made->string_or("token", "")));
  }

  // A poll that the stream has taken in, for as long as a poll may wait: of two of one consumer the later one ends the
  // earlier one.
  Answer begin_poll(const std::string& stream) {
    struct Both {
      std::array<std::promise<Result<ipc::Response>>, 2> answers;
      std::atomic<std::size_t> count{0};
    };
    const auto both = std::make_shared<Both>();
    ipc::Request request{.method = stream + ".next", .params = {}, .deadline_ms = 60'000};
    request.params =
        encode_msgpack(Value::map({{"wait_ms", 30'000}, {"consumer", "c"}, {"topics", Value::Array{Value("none")}}}));
    for (int i = 0; i < 2; ++i) {
      door_->client().call(request, [both](Result<ipc::Response> response) {
        both->answers.at(both->count++).set_value(std::move(response));
      });
    }
    Answer earlier = both->answers[0].get_future();
    EXPECT_EQ(earlier.wait_for(kPatience), std::future_status::ready);
    const Result<ipc::Response> ended = earlier.get();
    EXPECT_EQ(ended ? "" : ended.error().reason, "ipc.superseded");
    return both->answers[1].get_future();
  }

 private:
  std::unique_ptr<FrontDoor> door_;
};

void expect_ended(Answer& poll, Code code, const std::string& reason) {
  ASSERT_EQ(poll.wait_for(kPatience), std::future_status::ready) << "its wait is over only after 30 s";
  const Result<ipc::Response> answer = poll.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, code) << answer.error().describe();
  EXPECT_EQ(answer.error().reason, reason);
}

void expect_revoked(Answer& poll) { expect_ended(poll, Code::permission_denied, "supervisor.token_revoked"); }

TEST(Tokens, ARevocationEndsThePollsThatWaitAndNobodyElses) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  Guest desktop(node, "desktop");
  Guest phone(node, "phone");
  // One that the gateway itself has parked, and one that it has passed on.
  std::vector<Answer> desktops, phones;
  for (const char* stream : {"supervisor.events", "echo_a.events"}) {
    desktops.push_back(desktop.begin_poll(stream));
    phones.push_back(phone.begin_poll(stream));
  }
  const auto revoke = [&](const char* name) {
    return node->front().call("supervisor.revoke_token", Value::map({{"name", name}}));
  };
  ASSERT_TRUE(revoke("desktop"));
  for (Answer& poll : desktops) expect_revoked(poll);
  for (const Answer& poll : phones) EXPECT_EQ(poll.wait_for(0ms), std::future_status::timeout);
  // A module that answers such a poll later answers nobody.
  ASSERT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "x"}})));
  ASSERT_TRUE(revoke("phone"));
  for (Answer& poll : phones) expect_revoked(poll);
  EXPECT_TRUE(node->stop());
}

TEST(Tokens, PollsThatWaitEndWithTheTimeOfTheirToken) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  Guest guest(node, "guest", SystemClock().unix_ms() + 3'000);
  Guest resident(node, "resident");
  std::vector<Answer> theirs, others;
  for (const char* stream : {"supervisor.events", "echo_a.events"}) {
    theirs.push_back(guest.begin_poll(stream));
    others.push_back(resident.begin_poll(stream));
  }
  for (Answer& poll : theirs) expect_ended(poll, Code::unauthenticated, "ipc.token_expired");
  for (const Answer& poll : others) EXPECT_EQ(poll.wait_for(0ms), std::future_status::timeout);
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
