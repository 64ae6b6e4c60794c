#include "services/storage/content/cid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ipc/base/random.h"
#include "services/storage/content/base58.h"
#include "services/storage/content/blocks.h"
#include "tests/unit/storage/fixture.h"

namespace status::storage {
namespace {

TEST(Base58, MatchesThePublishedVectors) {
  // draft-msporny-base58, section 5.
  EXPECT_EQ(to_base58(as_bytes("Hello World!")), "2NEpo7TZRRrLZSi2U");
  EXPECT_EQ(to_base58(as_bytes("The quick brown fox jumps over the lazy dog.")),
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z");
  EXPECT_EQ(to_base58(*from_hex("0000287fb4cd")), "11233QC4");
  EXPECT_EQ(to_base58({}), "");
}

TEST(Base58, GivesBackEveryStringOfBytes) {
  SeededRandom random(test::test_seed());
  for (int round = 0; round < 500; ++round) {
    Bytes bytes(random.next64() % 50);
    random.fill(bytes);
    for (std::size_t zero = random.next64() % 4; zero > 0 && zero <= bytes.size(); --zero) bytes[zero - 1] = 0;
    ASSERT_EQ(from_base58(to_base58(bytes)), bytes) << to_hex(bytes);
  }
}

TEST(Base58, RefusesForeignCharacters) {
  for (const char* text : {"0", "O", "I", "l", "a b", "a\n", "\xff"}) EXPECT_FALSE(from_base58(text)) << text;
}

TEST(Cid, HasTheBytesOfTheSpecification) {
  Cid cid{Codec::manifest, {}};
  cid.digest[31] = 7;
  // Version 1; 0xCD01 as a varint: 0000001 after 0011010 after 0000011; SHA-256 is 0x12; 32 bytes.
  EXPECT_EQ(to_hex(cid.bytes()), "01819a031220" + std::string(62, '0') + "07");
  EXPECT_EQ(cid.text().substr(0, 2), "zD");
}

TEST(Cid, OfABlockCoversTheZeroesThatFillIt) {
  // head -c 65536 /dev/zero | sha256sum
  EXPECT_EQ(to_hex(block_digest({})), "de2f256064a0af797747c2b97505dc0b9f3df0de4f489eac731c23ae9ca9cc31");
  EXPECT_EQ(block_digest(Bytes(10)), block_digest(Bytes(kBlockBytes)));
  EXPECT_NE(block_digest(Bytes(10, 1)), block_digest(Bytes(11, 1)));
}

TEST(Cid, OfBlocksMatchTheVectors) {
  for (const Value& vector : test::items(test::vectors(), "made")) {
    const Bytes data = test::sample(test::number(vector, "bytes"));
    const ByteView first = ByteView(data).first(data_in_block(data.size(), 0));
    EXPECT_EQ(block_cid(first).text(), test::text(vector, "first_block"));
  }
}

TEST(Cid, IsReadBack) {
  SeededRandom random(test::test_seed());
  for (const Codec codec : {Codec::manifest, Codec::block, Codec::root}) {
    Cid cid{codec, {}};
    random.fill(cid.digest);
    EXPECT_EQ(Cid::parse(cid.text()).value(), cid);
    EXPECT_EQ(Cid::from_bytes(cid.bytes()).value(), cid);
  }
}

TEST(Cid, IsRefusedUnlessAllOfItIsAsItShouldBe) {
  const std::string digest(64, 'a');
  for (const std::string& hex : {
           "00819a031220" + digest,                // another version
           "01849a031220" + digest,                // a slot's root
           "01551220" + digest,                    // raw, as IPFS has it
           "01819a031320" + digest,                // SHA-512
           "01819a03121f" + digest.substr(2),      // a shorter hash
           "01819a031220" + digest.substr(2),      // a byte is missing
           "01819a031220" + digest + "00",         // a byte too many
           "01819a83001220" + digest,              // the codec with a zero byte more
           std::string("01819a"), std::string(),   // the beginning
           std::string("01ffffffffffffffffffff"),  // no varint ends like this
       }) {
    const Result<Cid> cid = Cid::from_bytes(*from_hex(hex));
    ASSERT_FALSE(cid) << hex;
    EXPECT_EQ(cid.error().reason, "storage.invalid_cid");
    EXPECT_FALSE(Cid::parse("z" + to_base58(*from_hex(hex)))) << hex;
  }
  const std::string good = Cid{}.text();
  EXPECT_TRUE(Cid::parse(good));
  for (const std::string& text : {std::string(), std::string("z"), good.substr(1), "b" + good.substr(1), good + "1",
                                  good + "!", " " + good, "z" + std::string(100'000, '2')}) {
    EXPECT_FALSE(Cid::parse(text)) << text.substr(0, 60);
  }
}

TEST(Blocks, AreCountedAndMeasured) {
  EXPECT_EQ(block_count(0), 0U);
  EXPECT_EQ(block_count(1), 1U);
  EXPECT_EQ(block_count(kBlockBytes), 1U);
  EXPECT_EQ(block_count(kBlockBytes + 1), 2U);
  EXPECT_EQ(block_count(UINT64_MAX), std::uint64_t{1} << 48U);
  EXPECT_EQ(data_in_block(kBlockBytes + 1, 0), kBlockBytes);
  EXPECT_EQ(data_in_block(kBlockBytes + 1, 1), 1U);
  EXPECT_EQ(data_in_block(kBlockBytes + 1, 2), 0U);
  EXPECT_EQ(data_in_block(kBlockBytes, 0), kBlockBytes);
}

}  // namespace
}  // namespace status::storage
