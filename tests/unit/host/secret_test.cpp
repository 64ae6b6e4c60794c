#include "services/host/secret.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "services/host/hardening.h"
#include "services/host/hkdf.h"

namespace status::host {
namespace {

TEST(SecretBytes, MovesAndClones) {
  SecretBytes first(as_bytes("secret"));
  const SecretBytes copy = first.clone();
  const SecretBytes second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what it promises
  EXPECT_EQ(as_text(second.view()), "secret");
  EXPECT_TRUE(copy.equals(second.view()));
  EXPECT_FALSE(copy.equals(as_bytes("secreT")));
  EXPECT_FALSE(copy.equals(as_bytes("secret!")));
  EXPECT_TRUE(SecretBytes().equals({}));
}

TEST(SecretBytes, StartsZeroed) { EXPECT_TRUE(SecretBytes(4).equals(Bytes(4, 0))); }

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which make mlock do nothing
// What the kernel counts as locked of this process.
std::size_t locked_kib() {
  std::ifstream status("/proc/self/status");
  std::size_t kib = 0;
  for (std::string line; std::getline(status, line);) {
    if (std::sscanf(line.c_str(), "VmLck: %zu kB", &kib) == 1) return kib;
  }
  ADD_FAILURE() << "no VmLck";
  return 0;
}

TEST(SecretBytes, LieInLockedMemory) {
  const std::size_t before = locked_kib();
  const SecretBytes secret(32);
  EXPECT_TRUE(secret.locked()) << "ulimit -l";
  EXPECT_GT(locked_kib(), before);
}
#endif

// RFC 5869, appendix A.
TEST(Hkdf, VectorOfTheRfc) {
  const Bytes secret(22, 0x0b);
  const Bytes salt = *from_hex("000102030405060708090a0b0c");
  const Bytes info = *from_hex("f0f1f2f3f4f5f6f7f8f9");
  EXPECT_EQ(to_hex(hkdf_sha256(secret, salt, info, 42).view()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(to_hex(hkdf_sha256(secret, {}, {}, 42).view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// In a child, because it cannot be undone for the rest of the program.
TEST(HardeningDeathTest, ForbidsDumps) {
  EXPECT_EXIT(
      {
        const bool done = forbid_dumps().has_value();
        std::_Exit(done && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace status::host
