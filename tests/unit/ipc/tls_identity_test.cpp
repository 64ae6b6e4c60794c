// The key that a machine is known by, and the file that it is in.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "ipc/tls/identity.h"
#include "tests/support/temp_dir.h"

namespace status::tls {
namespace {

TEST(TlsIdentity, IsMadeOnceAndKept) {
  const test::TempDir folder;
  const std::string path = folder / "key.pem";
  const Result<Identity> made = load_or_create_identity(path);
  ASSERT_TRUE(made) << made.error().describe();
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  const Result<Identity> again = load_or_create_identity(path);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, made->id);
  EXPECT_EQ(*key_id_of(again->certificate.get()), made->id);
  EXPECT_NE(load_or_create_identity(folder / "other.pem")->id, made->id);
}

TEST(TlsIdentity, AFileThatOthersMayReadIsRefused) {
  const test::TempDir folder;
  const std::string path = folder / "key.pem";
  ASSERT_TRUE(load_or_create_identity(path));
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const Result<Identity> identity = load_or_create_identity(path);
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().reason, "ipc.identity_permissions");
}

TEST(TlsIdentity, ADamagedFileIsRefusedAndKept) {
  const test::TempDir folder;
  const std::string path = folder / "key.pem";
  std::ofstream(path) << "not a key";
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const Result<Identity> identity = load_or_create_identity(path);
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, Code::data_loss);
  EXPECT_EQ(test::read_file(path), "not a key");
}

// The key pair of RFC 8410, section 10; the id is the SHA-256 of its SubjectPublicKeyInfo.
TEST(TlsIdentity, AnIdIsTheHashOfThePublicKey) {
  const test::TempDir folder;
  const std::string path = folder / "key.pem";
  std::ofstream(path) << "-----BEGIN PRIVATE KEY-----\n"
                         "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                         "-----END PRIVATE KEY-----\n";
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const Result<Identity> identity = load_or_create_identity(path);
  ASSERT_TRUE(identity) << identity.error().describe();
  EXPECT_EQ(to_text(identity->id), "a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f");
  EXPECT_EQ(key_id_of(identity->certificate.get()), identity->id);
}

TEST(TlsIdentity, AnIdAsTextIsThatIdAgain) {
  const std::string text(64, 'a');
  const auto id = parse_key_id(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(to_text(*id), text);
  EXPECT_EQ(parse_key_id("0x" + text), id);
  EXPECT_FALSE(parse_key_id(text.substr(2)));
  EXPECT_FALSE(parse_key_id(text + "aa"));
  EXPECT_FALSE(parse_key_id("x" + text.substr(1)));
}

}  // namespace
}  // namespace status::tls
