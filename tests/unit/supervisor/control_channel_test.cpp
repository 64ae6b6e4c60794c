#include "supervisor/process/control_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "ipc/base/unique_fd.h"

namespace status::supervisor {
namespace {

using namespace ipc::control;

class ControlChannelTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    module_.reset(ends[1]);
    channel_.emplace(loop_, UniqueFd(ends[0]), ControlChannel::Callbacks{[](const FromModule&) {}, {}});
  }
  std::string at_the_module() {
    std::string all;
    std::array<char, 4'096> some{};
    for (ssize_t got = 0; (got = ::recv(module_.get(), some.data(), some.size(), 0)) > 0;) {
      all.append(some.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  // While the loop turns, and nothing waits after it.
  void expect_all(const std::string& sent) {
    std::string got;
    while (got.size() < sent.size()) {
      const std::string more = at_the_module();
      got += more;
      if (more.empty()) {
        ASSERT_GT(loop_.run_one_for(std::chrono::seconds(20)), 0u);
      }
    }
    EXPECT_EQ(got, sent);
    EXPECT_EQ(channel_->queued_bytes(), 0u);
  }

  boost::asio::io_context loop_;
  UniqueFd module_;
  std::optional<ControlChannel> channel_;
};

TEST_F(ControlChannelTest, WhatIsSentIsThereBeforeTheLoopTurns) {
  channel_->send(Ping{1});
  channel_->send(Ping{2});
  EXPECT_EQ(at_the_module(), encode(Ping{1}) + encode(Ping{2}));
  EXPECT_EQ(channel_->queued_bytes(), 0u);
}

TEST_F(ControlChannelTest, WhatIsQueuedGoesTogetherWithTheNext) {
  ASSERT_EQ(channel_->queue(Ping{1}), ControlChannel::Sent::queued);
  EXPECT_EQ(at_the_module(), "");
  channel_->send(Ping{2});
  EXPECT_EQ(at_the_module(), encode(Ping{1}) + encode(Ping{2}));
  channel_->queue(Ping{3});
  channel_->write();
  EXPECT_EQ(at_the_module(), encode(Ping{3}));
  EXPECT_EQ(channel_->queued_bytes(), 0u);
}

// More lines than go in one system call, and more than there is room for at once.
TEST_F(ControlChannelTest, ManyThatAreQueuedArriveInOrder) {
  std::string sent;
  for (std::uint64_t n = 0; n < 10'000; ++n) {
    ASSERT_EQ(channel_->queue(Ping{n}), ControlChannel::Sent::queued);
    sent += encode(Ping{n});
  }
  channel_->write();
  expect_all(sent);
}

TEST_F(ControlChannelTest, WhatTheModuleHasNoRoomForFollowsInOrder) {
  std::string sent;
  for (std::uint64_t n = 0; channel_->queued_bytes() == 0; ++n) {
    ASSERT_EQ(channel_->send(Ping{n}), ControlChannel::Sent::queued);
    sent += encode(Ping{n});
  }
  ASSERT_EQ(channel_->send(Ping{0}), ControlChannel::Sent::queued) << "behind what waits already";
  sent += encode(Ping{0});
  expect_all(sent);
}

TEST_F(ControlChannelTest, WithNobodyAtTheOtherEndItTakesNothing) {
  module_.reset();
  channel_->send(Ping{1});
  EXPECT_EQ(channel_->send(Ping{2}), ControlChannel::Sent::no_room);
}

}  // namespace
}  // namespace status::supervisor
