// Debian's libsqlite3 in front of SQLCipher (brought in by some library that was loaded first) makes `PRAGMA key` a
// no-op.

#include <cstdio>

#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

TEST_F(StoreTest, RefusesToRunOnPlainSqlite) {
  const std::string command = "ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=libsqlite3.so.0 " STORE_WRITER " '" +
                              path_ + "' 2>&1 | head -c 2000";
  std::FILE* pipe = ::popen(command.c_str(), "re");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  char buffer[512];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
  ::pclose(pipe);
  EXPECT_NE(output.find("store.no_cipher"), std::string::npos) << output;
  EXPECT_EQ(read_all(path_), "") << "nothing was written";
}

}  // namespace
}  // namespace status::store
