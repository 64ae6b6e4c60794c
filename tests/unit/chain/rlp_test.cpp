#include "services/chain/ethereum/rlp.h"

#include <gtest/gtest.h>

#include "services/chain/ethereum/number.h"
#include "tests/unit/chain/vectors.h"

namespace status::chain::test {
namespace {

// The examples of the yellow paper's appendix and of the wiki's page on RLP.
TEST(Rlp, EncodesTheKnownExamples) {
  EXPECT_EQ(to_hex(rlp::string(as_bytes("dog"))), "83646f67");
  EXPECT_EQ(to_hex(rlp::string({})), "80");
  EXPECT_EQ(to_hex(rlp::string(Bytes{0})), "00");
  EXPECT_EQ(to_hex(rlp::string(Bytes{0x7f})), "7f");
  EXPECT_EQ(to_hex(rlp::string(Bytes{0x80})), "8180");
  EXPECT_EQ(to_hex(rlp::string(Bytes{4, 0})), "820400");
  EXPECT_EQ(to_hex(rlp::list({})), "c0");
  Bytes animals;
  rlp::add_string(animals, as_bytes("cat"));
  rlp::add_string(animals, as_bytes("dog"));
  EXPECT_EQ(to_hex(rlp::list(animals)), "c88363617483646f67");
  const std::string text = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
  EXPECT_EQ(to_hex(rlp::string(as_bytes(text))).substr(0, 6), "b8384c");
}

TEST(Rlp, DecodesWhatItEncodes) {
  for (const std::size_t size : {0U, 1U, 55U, 56U, 255U, 256U, 70'000U}) {
    const Bytes content(size, 0xa5);
    const Bytes encoded = rlp::string(content);
    const Result<rlp::Item> item = rlp::decode(encoded);
    ASSERT_TRUE(item) << size;
    EXPECT_FALSE(item->is_list);
    EXPECT_EQ(to_bytes(item->payload), content) << size;
    Bytes pair = encoded;
    pair.insert(pair.end(), encoded.begin(), encoded.end());
    const Bytes list = rlp::list(pair);
    const Result<rlp::Item> outer = rlp::decode(list);
    ASSERT_TRUE(outer && outer->is_list);
    const auto items = rlp::decode_list(*outer, 2);
    ASSERT_TRUE(items);
    EXPECT_EQ(items->size(), 2U);
    EXPECT_TRUE(is_lie(rlp::decode_list(*outer, 1)));
    EXPECT_TRUE(is_lie(rlp::decode_list(*item, 2)));
  }
}

TEST(Rlp, TakesTheCanonicalFormOnly) {
  for (const char* bytes : {
           "",                                          // nothing
           "8100", "817f",                              // a small byte with a length
           "b800", "b83700",                            // a long form for what is short
           "b90038", "f90000",                          // a length with a leading zero
           "83646f", "c88363617483646f",                // truncated
           "b8", "bf", "ff",                            // no length
           "bfffffffffffffffff", "ffffffffffffffffff",  // more than there can be
           "646f", "c000",                              // something behind it
       }) {
    const Bytes encoded = *from_hex(bytes);
    EXPECT_TRUE(is_lie(rlp::decode(encoded))) << bytes;
  }
}

TEST(U256, IsReadAndWritten) {
  const auto big = U256::parse("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
  ASSERT_TRUE(big);
  EXPECT_EQ(big->text(), "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
  EXPECT_FALSE(big->to_u64());
  EXPECT_FALSE(big->plus(1));
  EXPECT_EQ(U256(255).plus(1)->text(), "0x100");
  EXPECT_EQ(U256().text(), "0x0");
  EXPECT_EQ(U256::parse("0x00f")->to_u64(), 15U);
  EXPECT_LT(U256(255), U256(256));
  for (const char* text :
       {"", "0x", "1", "0xg", "-0x1", "0x 1", "0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    EXPECT_FALSE(U256::parse(text)) << text;
  }
}

}  // namespace
}  // namespace status::chain::test
