#include "services/storage/content/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ipc/base/random.h"
#include "tests/unit/storage/fixture.h"

namespace status::storage {
namespace {

Manifest manifest_of(const Value& vector) {
  return {.tree = *Cid::parse(test::text(vector, "tree")),
          .dataset_bytes = test::number(vector, "bytes"),
          .erasure = {},
          .filename = test::text(vector, "filename"),
          .mimetype = test::text(vector, "mimetype")};
}

Manifest plain() {
  return {.tree = {Codec::root, {1, 2, 3}}, .dataset_bytes = 300, .erasure = {}, .filename = "n", .mimetype = "t"};
}

TEST(Manifest, MatchesTheVectors) {
  for (const Value& vector : test::items(test::vectors(), "made")) {
    const Manifest manifest = manifest_of(vector);
    EXPECT_EQ(to_hex(manifest.encode()), test::text(vector, "manifest"));
    EXPECT_EQ(manifest_cid(manifest.encode()).text(), test::text(vector, "cid"));
    EXPECT_EQ(Manifest::decode(manifest.encode()).value(), manifest);
  }
}

// Field by field: number and wire type, then the value.
TEST(Manifest, HasTheBytesOfTheSpecification) {
  Manifest manifest = plain();
  manifest.erasure = Erasure{.k = 2,
                             .m = 1,
                             .original_tree = {Codec::root, {}},
                             .original_bytes = 200,
                             .strategy = 1,
                             .verification = {0x0a, 0x00}};
  const std::string tree = "01839a031220010203" + std::string(58, '0');
  const std::string original = "01839a031220" + std::string(64, '0');
  const std::string erasure =
      "0802"
      "1001"
      "1a26" +
      original +
      "20c801"
      "2801"
      "32020a00";
  const std::string header = "0a26" + tree +
                             "10808004"
                             "18ac02"
                             "20829a03"
                             "2812"
                             "3002"
                             "3a35" +
                             erasure +
                             "42016e"
                             "4a0174";
  EXPECT_EQ(to_hex(manifest.encode()),
            "0a"
            "74" +
                header);
  EXPECT_EQ(Manifest::decode(manifest.encode()).value(), manifest);
}

TEST(Manifest, ANameMakesAnotherAddress) {
  Manifest other = plain();
  other.filename.clear();
  EXPECT_NE(manifest_cid(plain().encode()), manifest_cid(other.encode()));
}

TEST(Manifest, OfAnotherGenerationIsRefused) {
  for (const Value& hex : test::items(test::vectors(), "strange")) {
    const Result<Manifest> manifest = Manifest::decode(*from_hex(*hex.as_string()));
    ASSERT_FALSE(manifest) << *hex.as_string();
    EXPECT_EQ(manifest.error().reason, "storage.invalid_manifest");
  }
}

TEST(Manifest, AFieldOfALaterVersionIsPassedOver) {
  Bytes encoded = plain().encode();
  encoded.insert(encoded.end(), {0x50, 0x05});  // field 10, in the header
  encoded[1] = static_cast<std::uint8_t>(encoded[1] + 2);
  encoded.insert(encoded.end(), {0x12, 0x00});  // field 2, beside it
  EXPECT_EQ(Manifest::decode(encoded).value(), plain());
}

TEST(Manifest, WhatCannotBeIsRefused) {
  for (auto change : std::vector<std::function<void(Manifest&)>>{
           [](Manifest& m) { m.dataset_bytes = 0; }, [](Manifest& m) { m.dataset_bytes = kMaxDatasetBytes + 1; },
           [](Manifest& m) { m.tree.codec = Codec::block; }, [](Manifest& m) { m.filename.assign(256, 'a'); },
           [](Manifest& m) { m.mimetype.assign(256, 'a'); }, [](Manifest& m) { m.erasure = Erasure{}; },
           [](Manifest& m) { m.erasure = Erasure{.k = 1, .m = 1, .verification = Bytes(kMaxManifestBytes)}; }}) {
    Manifest manifest = plain();
    change(manifest);
    EXPECT_FALSE(Manifest::decode(manifest.encode()));
  }
}

// Whatever comes, it is read or refused, and what is read says the same again.
TEST(Manifest, DamageIsReadOrRefused) {
  SeededRandom random(test::test_seed());
  const Bytes good = plain().encode();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Manifest::decode(ByteView(good).first(size))) << size;
  }
  for (int round = 0; round < 20'000; ++round) {
    Bytes damaged = good;
    for (int hits = 0; hits < 1 + round % 3; ++hits) {
      damaged[random.next64() % damaged.size()] = static_cast<std::uint8_t>(random.next64());
    }
    const Result<Manifest> manifest = Manifest::decode(damaged);
    if (!manifest) continue;
    ASSERT_EQ(Manifest::decode(manifest->encode()).value(), *manifest);
  }
}

}  // namespace
}  // namespace status::storage
