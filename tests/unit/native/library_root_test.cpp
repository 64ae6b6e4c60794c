// Only root can give a file away.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "services/host/native/library.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_node.h"

namespace status::host::native {
namespace {

TEST(Library, ThatBelongsToAnotherUserIsRefused) {
  const test::TempDir dir;
  const std::string copy = dir / "copy.so";
  std::filesystem::copy_file(test::binary("libfixture_delivery_c.so"), copy);
  ::chmod(copy.c_str(), 0600);
  ASSERT_EQ(::chown(copy.c_str(), 65'534, 65'534), 0);
  const Result<Library> loaded = Library::load(copy);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().reason, "native.unsafe_library");
}

}  // namespace
}  // namespace status::host::native
