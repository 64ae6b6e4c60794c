#include <gtest/gtest.h>

#include "supervisor/gateway/stream_mark.h"

namespace status::gateway {
namespace {

TEST(StreamMark, ComesBackAsItWas) {
  const StreamMark mark{.module = std::string(32, 'm'), .cursor = std::string(64, 'c'), .generation = 7, .seq = ~0ULL};
  const ipc::EventRing::Mark packed = pack(5, mark);
  EXPECT_EQ(packed.index, 5U);
  const StreamMark back = unpack(packed.bytes);
  EXPECT_EQ(back.module, mark.module);
  EXPECT_EQ(back.cursor, mark.cursor);
  EXPECT_EQ(back.generation, 7U);
  EXPECT_EQ(back.seq, ~0ULL);
}

TEST(StreamMark, FreeMemoryIsAFreeMark) { EXPECT_EQ(unpack(ipc::EventRing::Mark{}.bytes).module, ""); }

}  // namespace
}  // namespace status::gateway
