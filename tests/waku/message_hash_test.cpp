// Our message hashes beside those of the Waku team's own package, @waku/message-hash.
#include <fcntl.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "ipc/base/codec.h"
#include "ipc/base/random.h"
#include "services/waku/message.h"
#include "services/waku/sharding.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

struct Vector {
  std::string pubsub_topic;
  waku::WakuMessage message;
};

Bytes random_bytes(SystemRandom& random, std::size_t most) {
  Bytes out(random.next64() % (most + 1));
  random.fill(out);
  return out;
}

// Of every size and none; no time stamp of zero, which that package leaves out of the hash where everybody else has
// eight zero bytes.
std::vector<Vector> vectors() {
  SystemRandom random;
  std::vector<Vector> out;
  for (int i = 0; i < 300; ++i) {
    waku::WakuMessage message;
    message.payload = random_bytes(random, i % 10 == 0 ? 150'000 : 300);
    message.content_topic = "/test/" + std::to_string(i) + "/name-ü/proto";
    message.meta = random_bytes(random, i % 3 == 0 ? 0 : waku::kMaxMetaBytes);
    message.timestamp_ns = static_cast<std::int64_t>(random.next64() >> (1 + i % 40)) + 1;
    out.push_back({waku::pubsub_topic(static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(i % 8)), message});
  }
  return out;
}

TEST(MessageHash, IsThatOfTheWakuTeamsPackage) {
  ASSERT_TRUE(std::filesystem::exists(STATUS_WAKU_MODULES "/node_modules/@waku/message-hash"))
      << "tests/run --waku prepares what this test needs";
  const TempDir folder;
  std::string lines;
  std::string ours;
  for (const Vector& vector : vectors()) {
    const waku::WakuMessage& message = vector.message;
    lines += to_json(Value::map({{"pubsub", vector.pubsub_topic},
                                 {"payload", to_hex(message.payload)},
                                 {"topic", message.content_topic},
                                 {"meta", to_hex(message.meta)},
                                 {"time", std::to_string(message.timestamp_ns)}})) +
             "\n";
    ours += to_hex(waku::message_hash(vector.pubsub_topic, message)) + "\n";
  }
  write_file(folder / "messages", lines);
  const UniqueFd input(::open((folder / "messages").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(input);
  ChildProcess node({"/usr/bin/env", "node", STATUS_WAKU_SCRIPTS "/hash.mjs"},
                    {"STATUS_WAKU_MODULES=" STATUS_WAKU_MODULES}, ChildProcess::Errors::with_output,
                    {{0, input.get()}});
  ASSERT_EQ(node.wait(kPatience), 0) << node.read_all();
  EXPECT_EQ(node.read_all(), ours);
}

}  // namespace
}  // namespace status::test
