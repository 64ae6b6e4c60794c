#include "supervisor/process/bounds.h"

#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

using namespace ipc::control;

TEST(Bounds, CutsBetweenCharacters) {
  EXPECT_EQ(cut("short", 5), "short");
  EXPECT_EQ(cut("longer", 4), "long");
  EXPECT_EQ(cut("aä", 2), "a");
  EXPECT_EQ(cut("aä", 3), "aä");
  EXPECT_EQ(cut("€€", 5), "€");
  EXPECT_EQ(cut("😀", 3), "");
  EXPECT_EQ(cut("", 0), "");
}

TEST(Bounds, ShortensWhateverGoesOnToTheGateway) {
  const std::string much(60'000, 'x');
  FromModule ready = Ready{.url = much, .bulk_url = much, .interface = much};
  shorten(ready);
  EXPECT_EQ(std::get<Ready>(ready).url.size(), kMaxTextBytes);
  EXPECT_EQ(std::get<Ready>(ready).bulk_url.size(), kMaxTextBytes);
  EXPECT_EQ(std::get<Ready>(ready).interface.size(), kMaxTextBytes);
  FromModule degraded = Degraded{much};
  shorten(degraded);
  EXPECT_EQ(std::get<Degraded>(degraded).why.size(), kMaxTextBytes);
  FromModule pong = Pong{.oldest = much};
  shorten(pong);
  EXPECT_EQ(std::get<Pong>(pong).oldest.size(), kMaxTextBytes);
  FromModule command = Command{.id = 1, .op = much, .module = much, .key = much};
  shorten(command);
  EXPECT_EQ(std::get<Command>(command).key.size(), kMaxTextBytes);
}

}  // namespace
}  // namespace status::supervisor
