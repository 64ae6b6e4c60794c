#include "services/host/native/environment.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace status::host::native {
namespace {

TEST(Environment, LosesWhatLibrariesWouldReadSettingsFromAndNothingElse) {
  for (const char* const name : {"CODEX_DATA_DIR", "STORAGE_QUOTA", "NIMBUS_NETWORK", "WAKUNODE2_TCP_PORT"}) {
    ::setenv(name, "x", 1);
  }
  ::setenv("MY_CODEX_DATA_DIR", "x", 1);
  EXPECT_THAT(scrub_environment(),
              testing::UnorderedElementsAre("CODEX_DATA_DIR", "STORAGE_QUOTA", "NIMBUS_NETWORK", "WAKUNODE2_TCP_PORT"));
  EXPECT_EQ(std::getenv("CODEX_DATA_DIR"), nullptr);
  EXPECT_STREQ(std::getenv("MY_CODEX_DATA_DIR"), "x");
  EXPECT_NE(std::getenv("PATH"), nullptr);
  EXPECT_THAT(scrub_environment(), testing::IsEmpty());
}

}  // namespace
}  // namespace status::host::native
