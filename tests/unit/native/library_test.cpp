#include "services/host/native/library.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temp_dir.h"
#include "tests/support/test_node.h"

namespace status::host::native {
namespace {

std::string reason_of(const std::string& path) {
  const Result<Library> loaded = Library::load(path);
  return loaded ? "" : loaded.error().reason;
}

TEST(Library, IsLoadedForItselfAndSaysWhatItExports) {
  const Result<Library> loaded = Library::load(test::binary("libfixture_delivery_c.so"));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->has("logosdelivery_add_event_listener"));
  EXPECT_FALSE(loaded->has("logosdelivery_version"));
  EXPECT_TRUE(loaded->get<void()>("logosdelivery_add_event_listener"));
  const auto missing = loaded->get<void()>("logosdelivery_version");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "native.no_symbol");
}

TEST(Library, IsRefusedWhereItIsNotOrSomebodyElseCanChangeIt) {
  const test::TempDir dir;
  EXPECT_EQ(reason_of(""), "native.no_library");
  EXPECT_EQ(reason_of("liblogosdelivery.so"), "native.no_library");
  EXPECT_EQ(reason_of(dir / "none.so"), "native.no_library");
  EXPECT_EQ(reason_of(dir.path()), "native.no_library");
  const std::string copy = dir / "copy.so";
  std::filesystem::copy_file(test::binary("libfixture_delivery_c.so"), copy);
  ::chmod(copy.c_str(), 0622);
  EXPECT_EQ(reason_of(copy), "native.unsafe_library");
  ::chmod(copy.c_str(), 0600);
  EXPECT_EQ(reason_of(copy), "");
  test::write_file(dir / "text.so", "no library");
  ::chmod((dir / "text.so").c_str(), 0600);
  EXPECT_EQ(reason_of(dir / "text.so"), "native.not_loaded");
}

}  // namespace
}  // namespace status::host::native
