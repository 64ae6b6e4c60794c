// The published vectors of the primitives.
#include "services/chat/crypto/primitives.h"

#include <gtest/gtest.h>

namespace status::chat {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }
Key key(std::string_view text) { return Key::from(hex(text)); }
template <class Array>
Array array(std::string_view text) {
  Array out{};
  const Bytes bytes = hex(text);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
Bytes range(int from, int to) {
  Bytes out;
  for (int i = from; i <= to; ++i) out.push_back(static_cast<std::uint8_t>(i));
  return out;
}

TEST(Primitives, X25519Rfc7748Section52) {
  const Result<Key> out = x25519(key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                                 array<PublicKey>("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
  ASSERT_TRUE(out);
  EXPECT_EQ(to_hex(out->view()), "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

TEST(Primitives, X25519Rfc7748Section61) {
  const KeyPair alice = KeyPair::from_secret(key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const KeyPair bob = KeyPair::from_secret(key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(to_hex(alice.public_key), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(to_hex(bob.public_key), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const std::string shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  EXPECT_EQ(to_hex(x25519(alice.secret, bob.public_key)->view()), shared);
  EXPECT_EQ(to_hex(x25519(bob.secret, alice.public_key)->view()), shared);
}

TEST(Primitives, X25519RefusesPointsOfLowOrder) {
  PublicKey point{};
  EXPECT_FALSE(x25519(key(std::string(64, '7')), point));
  point[0] = 1;
  const Result<Key> out = x25519(key(std::string(64, '7')), point);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().reason, "chat.bad_key");
}

TEST(Primitives, HmacSha256Rfc4231) {
  const auto mac = [](ByteView key, ByteView data) { return to_hex(hmac_sha256(key, {data}).view()); };
  EXPECT_EQ(mac(Bytes(20, 0x0b), as_bytes("Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
      << "case 1";
  EXPECT_EQ(mac(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
      << "case 2";
  EXPECT_EQ(mac(range(1, 25), Bytes(50, 0xcd)), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b")
      << "case 4";
  EXPECT_EQ(mac(Bytes(131, 0xaa), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
      << "case 6: a key longer than a block";
}

struct SignatureVector {
  std::string_view seed, public_key, message, signature;
};

void PrintTo(const SignatureVector& vector, std::ostream* out) { *out << vector.message.size() / 2 << "_bytes"; }

class Ed25519Rfc8032 : public testing::TestWithParam<SignatureVector> {};

TEST_P(Ed25519Rfc8032, SignsAndVerifies) {
  const SignatureVector& vector = GetParam();
  const IdentityKeyPair pair = IdentityKeyPair::from_seed(key(vector.seed));
  EXPECT_EQ(to_hex(pair.public_key), vector.public_key);
  Bytes message = hex(vector.message);
  const Signature signature = pair.sign(message);
  EXPECT_EQ(to_hex(signature), vector.signature);
  EXPECT_TRUE(verify(pair.public_key, message, signature));
  message.push_back(0);
  EXPECT_FALSE(verify(pair.public_key, message, signature));
}

INSTANTIATE_TEST_SUITE_P(
    Section71, Ed25519Rfc8032,
    testing::Values(
        SignatureVector{
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"},
        SignatureVector{
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"},
        SignatureVector{
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"}),
    testing::PrintToStringParamName());

std::string hkdf(const Bytes& salt, const Bytes& input, const Bytes& info, std::size_t size) {
  Bytes out(size);
  hkdf_sha256(salt, input, as_text(info), out);
  return to_hex(out);
}

TEST(Primitives, HkdfRfc5869) {
  EXPECT_EQ(hkdf(range(0x00, 0x0c), Bytes(22, 0x0b), range(0xf0, 0xf9), 42),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hkdf(range(0x60, 0xaf), range(0x00, 0x4f), range(0xb0, 0xff), 82),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c"
            "2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
  EXPECT_EQ(hkdf({}, Bytes(22, 0x0b), {}, 42),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Primitives, ChaCha20Poly1305Rfc8439Section282) {
  const Key secret = Key::from(range(0x80, 0x9f));
  const AeadNonce nonce = AeadNonce::from(hex("070000004041424344454647"));
  const Bytes associated = hex("50515253c0c1c2c3c4c5c6c7");
  const std::string_view text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
      "it.";
  Bytes sealed = aead_seal(secret, nonce, as_bytes(text), associated);
  EXPECT_EQ(to_hex(sealed),
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e"
            "060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576"
            "d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
  const std::optional<Bytes> opened = aead_open(secret, nonce, sealed, associated);
  ASSERT_TRUE(opened);
  EXPECT_EQ(as_text(*opened), text);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    sealed[i] ^= 1;
    EXPECT_FALSE(aead_open(secret, nonce, sealed, associated)) << i;
    sealed[i] ^= 1;
  }
  EXPECT_FALSE(aead_open(secret, nonce, sealed, {}));
  EXPECT_FALSE(aead_open(secret, nonce, ByteView(sealed).first(15), associated));
}

TEST(Primitives, AgreementKeyOfAnIdentityIsTheImageOfItsPublicKey) {
  SeededRandom random(7);
  for (int i = 0; i < 8; ++i) {
    const IdentityKeyPair pair = IdentityKeyPair::generate(random);
    EXPECT_EQ(agreement_key(pair.public_key).value(), pair.agreement_pair().public_key);
  }
  EXPECT_FALSE(agreement_key(PublicKey{}));  // a point of order four
}

TEST(Secret, IsWipedWhenItGoesAndWhenItIsMovedFrom) {
  alignas(Key) std::uint8_t memory[sizeof(Key)];
  Key* secret = new (memory) Key(Key::from(Bytes(32, 0xaa)));
  const Key moved = std::move(*secret);
  EXPECT_EQ(secret->view()[0], 0);
  EXPECT_EQ(moved.view()[31], 0xaa);
  *secret = moved;
  EXPECT_EQ(*secret, moved);
  secret->~Key();
  EXPECT_EQ(Bytes(memory, memory + sizeof memory), Bytes(sizeof(Key), 0));
}

}  // namespace
}  // namespace status::chat
