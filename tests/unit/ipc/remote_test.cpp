// What two machines must agree on: addresses as people write them, and NNG's frames on a stream.
#include <gtest/gtest.h>

#include "ipc/base/tcp_address.h"
#include "ipc/remote/sp_frames.h"

namespace status::remote {
namespace {

TEST(TcpAddresses, AreReadAndWrittenTheSame) {
  for (const char* text : {"127.0.0.1:0", "[::1]:65535", "node.example.org:7443"}) {
    const auto address = parse_tcp_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
    EXPECT_EQ(parse_remote_url(to_remote_url(*address)), address);
  }
  for (const char* text : {"", ":1", "host", "host:", "host:x", "host:1x", "host:65536", "host:-1", "::1:1", "[]:1"}) {
    EXPECT_FALSE(parse_tcp_address(text)) << text;
  }
  EXPECT_FALSE(parse_remote_url("tcp://127.0.0.1:1"));
  EXPECT_TRUE(is_numeric("127.0.0.1"));
  EXPECT_TRUE(is_numeric("::"));
  EXPECT_FALSE(is_numeric("localhost"));
}

TEST(SpFrames, LengthsAreBigEndian) {
  EXPECT_EQ(to_length(0x0102), (Length{0, 0, 0, 0, 0, 0, 1, 2}));
  for (const std::uint64_t bytes : {std::uint64_t{0}, kMaxFrame, ~std::uint64_t{0}}) {
    EXPECT_EQ(from_length(to_length(bytes)), bytes);
  }
}

TEST(SpFrames, ARequestBeginsWithTheIdsOfItsHops) {
  const auto bytes = [](std::vector<std::uint8_t> request) { return hop_bytes(request); };
  EXPECT_EQ(bytes({0x80, 0, 0, 1, 9}), 4U);
  EXPECT_EQ(bytes({0, 0, 0, 5, 0x80, 0, 0, 1, 9}), 8U) << "it came through a device";
  EXPECT_EQ(bytes({}), 0U);
  EXPECT_EQ(bytes({0x80, 0, 0}), 0U);
  EXPECT_EQ(bytes({0, 0, 0, 5}), 0U);
  EXPECT_EQ(bytes(std::vector<std::uint8_t>(200, 0)), 0U) << "and not for ever";
}

}  // namespace
}  // namespace status::remote
