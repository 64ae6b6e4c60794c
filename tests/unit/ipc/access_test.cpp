#include "ipc/server/access.h"

#include <gtest/gtest.h>

namespace status::ipc {
namespace {

RequestHeader header_with(std::optional<Credential> credential) {
  RequestHeader header;
  header.credential = credential;
  return header;
}

std::string who(const AccessPolicy& policy, std::optional<Credential> credential) {
  const auto caller = policy.identify(header_with(credential));
  return caller ? (*caller)->name : caller.error().reason;
}

TEST(MethodSetTest, HoldsWholeNamesAndPrefixes) {
  const MethodSet set({"chat.*", "waku.send"});
  EXPECT_TRUE(set.contains("chat.identity"));
  EXPECT_TRUE(set.contains("chat._sys.health"));
  EXPECT_TRUE(set.contains("waku.send"));
  EXPECT_FALSE(set.contains("waku.send_all"));
  EXPECT_FALSE(set.contains("waku.sen"));
  EXPECT_FALSE(set.contains("chatty.identity"));
  EXPECT_FALSE(set.contains("chat"));
  EXPECT_FALSE(set.contains(""));
}

TEST(MethodSetTest, IsEmptyUnlessToldOtherwise) {
  EXPECT_FALSE(MethodSet().contains("chat.identity"));
  EXPECT_FALSE(MethodSet(std::vector<std::string>()).contains(""));
  EXPECT_FALSE(MethodSet(std::vector<std::string>{""}).contains("chat.identity"));
  EXPECT_TRUE(MethodSet::all().contains("anything.at_all"));
}

TEST(AccessTest, OpenAccessKnowsEverybodyByOneName) {
  const OpenAccess access("tester");
  EXPECT_EQ(who(access, std::nullopt), "tester");
  EXPECT_EQ(who(access, Credential{1}), "tester");
}

TEST(AccessTest, ACredentialNamesItsEdge) {
  const Credential waku{1, 2};
  const Credential gateway{3, 4};
  const auto digest = [](const Credential& credential) {
    const auto hash = credential_digest(credential);
    return Bytes(hash.begin(), hash.end());
  };
  std::map<std::string, control::EdgeFrom> from;
  from["gateway"] = {digest(gateway), {"*"}};
  from["waku"] = {digest(waku), {"chat.identity"}};
  from["nobody"] = {Bytes(31), {"*"}};  // an edge that nobody can hold a credential for
  const auto access = CredentialAccess::from_edges(from);
  EXPECT_EQ(who(*access, gateway), "gateway");
  EXPECT_EQ(who(*access, waku), "waku");
  EXPECT_EQ(who(*access, std::nullopt), "ipc.no_credential");
  EXPECT_EQ(who(*access, Credential{}), "ipc.no_credential") << "sixteen zeroes stand for none";
  EXPECT_EQ(who(*access, Credential{1, 2, 3}), "ipc.unknown_credential");
  const auto caller = access->identify(header_with(waku));
  EXPECT_TRUE((*caller)->methods.contains("chat.identity"));
  EXPECT_FALSE((*caller)->methods.contains("chat.send_message"));
}

TEST(AccessTest, TheDigestIsSha256) {
  Credential credential{};
  std::copy_n("0123456789abcdef", credential.size(), credential.begin());
  EXPECT_EQ(to_hex(credential_digest(credential)), "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f");
}

TEST(AccessTest, ATokenIs32HexDigits) {
  EXPECT_EQ(parse_credential("000102030405060708090a0b0c0d0e0f"),
            (Credential{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_TRUE(parse_credential("0x000102030405060708090A0B0C0D0E0F"));
  for (const char* text : {"", "00", "000102030405060708090a0b0c0d0e0", "000102030405060708090a0b0c0d0e0g",
                           "000102030405060708090a0b0c0d0e0f00", "000102030405060708090a0b0c0d0e0f\n"}) {
    EXPECT_EQ(parse_credential(text).error().reason, "ipc.bad_credential") << text;
  }
}

}  // namespace
}  // namespace status::ipc
