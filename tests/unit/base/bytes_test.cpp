#include "ipc/base/bytes.h"

#include <gtest/gtest.h>

namespace status {
namespace {

TEST(Bytes, HexIsLowerCaseAndBothCasesAreRead) {
  const Bytes bytes{0x00, 0xAB, 0xFF};
  EXPECT_EQ(to_hex(bytes), "00abff");
  EXPECT_EQ(from_hex("00abff"), bytes);
  EXPECT_EQ(from_hex("0x00ABFF"), bytes);
  EXPECT_EQ(from_hex(""), Bytes());
  EXPECT_EQ(from_hex("0x"), Bytes());
}

TEST(Bytes, BrokenHexIsRefused) {
  for (const char* text : {"0", "abc", "0xabc", "zz", "00 11", "0x0x00", "00:11", "00g1"}) {
    EXPECT_EQ(from_hex(text), std::nullopt) << text;
  }
}

TEST(Bytes, Base64IsThePaddedStandardAlphabet) {
  EXPECT_EQ(to_base64(as_bytes("")), "");
  EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(to_base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(to_base64(Bytes{0xFB, 0xFF}), "+/8=");
  EXPECT_EQ(from_base64("Zm9vYmFy"), to_bytes(as_bytes("foobar")));
  EXPECT_EQ(from_base64(""), Bytes());
}

TEST(Bytes, BrokenBase64IsRefused) {
  for (const char* text : {"Zg", "Zg=", "Zm9v!", "-_8=", "Zm9v\n", "Zg==Zg=="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace status
