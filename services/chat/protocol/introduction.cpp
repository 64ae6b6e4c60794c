#include "services/chat/protocol/introduction.h"

#include <sodium.h>

#include "services/chat/crypto/byte_io.h"
#include "services/chat/protocol/limits.h"

namespace status::chat {
namespace {

constexpr std::string_view kScheme = "status-intro:";
constexpr std::string_view kVersion = "1:";
constexpr std::string_view kSignatureContext = "status-chat/1 introduction";
constexpr std::size_t kChecksumSize = 4;
constexpr std::size_t kMaxSize = 512;  // of the encoded part; version 1 needs at most 243
constexpr std::uint8_t kHasOneTimePrekey = 1;

Bytes with_context(ByteView body) {
  Bytes out = to_bytes(as_bytes(kSignatureContext));
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Digest checksum(ByteView bytes) { return sha256({as_bytes("status-chat/1 checksum"), bytes}); }

std::string to_base64url(ByteView bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kVariant);
  out.pop_back();
  return out;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  Bytes out(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end, kVariant) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

tl::unexpected<Error> damaged() {
  return fail(Code::invalid_argument, "chat.introduction_damaged",
              "the introduction is incomplete or mistyped; copy it again as a whole");
}

// What follows the prefix of version 1.
Result<std::string_view> without_prefix(std::string_view text) {
  if (!text.starts_with(kScheme)) {
    return fail(Code::invalid_argument, "chat.not_an_introduction", "an introduction starts with `status-intro:`");
  }
  text.remove_prefix(kScheme.size());
  if (text.starts_with(kVersion)) return text.substr(kVersion.size());
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits > 9 || text[digits] != ':') return damaged();
  return fail(Code::invalid_argument, "chat.introduction_version",
              "the introduction is of version " + std::string(text.substr(0, digits)) + ", this node knows version 1");
}

// The signed part and its signature, with the checksum verified and taken off.
std::optional<Bytes> without_checksum(std::string_view text) {
  std::optional<Bytes> bytes = text.size() <= kMaxSize ? from_base64url(text) : std::nullopt;
  if (!bytes || bytes->size() < kChecksumSize) return std::nullopt;
  const std::size_t size = bytes->size() - kChecksumSize;
  const Digest sum = checksum(ByteView(*bytes).first(size));
  if (!std::equal(bytes->end() - kChecksumSize, bytes->end(), sum.begin())) return std::nullopt;
  bytes->resize(size);
  return bytes;
}

}  // namespace

std::string encode_introduction(const Introduction& introduction, const IdentityKeyPair& issuer) {
  const PrekeyBundle& bundle = introduction.bundle;
  const bool one_time = bundle.one_time_prekey_id != 0;
  Bytes body;
  ByteWriter out(body);
  out.bytes(bundle.identity).u32(bundle.signed_prekey_id).bytes(bundle.signed_prekey);
  out.u64(static_cast<std::uint64_t>(introduction.expires_ms)).u8(one_time ? kHasOneTimePrekey : 0);
  if (one_time) out.u32(bundle.one_time_prekey_id).bytes(bundle.one_time_prekey);
  const Signature signature = issuer.sign(with_context(body));
  out.bytes(signature);
  const Digest sum = checksum(body);
  out.bytes(ByteView(sum).first(kChecksumSize));
  return std::string(kScheme).append(kVersion).append(to_base64url(body));
}

Result<Introduction> parse_introduction(std::string_view text) {
  const Result<std::string_view> encoded = without_prefix(trimmed(text));
  if (!encoded) return fail(encoded.error());
  const std::optional<Bytes> bytes = without_checksum(*encoded);
  if (!bytes) return damaged();

  ByteReader in(*bytes);
  Introduction introduction;
  PrekeyBundle& bundle = introduction.bundle;
  bundle.identity = in.array<PublicKey>();
  bundle.signed_prekey_id = in.u32();
  bundle.signed_prekey = in.array<PublicKey>();
  const std::uint64_t expires_ms = in.u64();
  const std::uint8_t flags = in.u8();
  if (flags == kHasOneTimePrekey) {
    bundle.one_time_prekey_id = in.u32();
    bundle.one_time_prekey = in.array<PublicKey>();
  }
  const ByteView body = ByteView(*bytes).first(bytes->size() - in.left());
  const Signature signature = in.array<Signature>();
  if (!in.complete() || flags > kHasOneTimePrekey || bundle.signed_prekey_id == 0 || expires_ms > kMaxInteger ||
      (flags == kHasOneTimePrekey) != (bundle.one_time_prekey_id != 0)) {
    return damaged();
  }
  introduction.expires_ms = static_cast<std::int64_t>(expires_ms);
  if (!verify(bundle.identity, with_context(body), signature) || !agreement_key(bundle.identity)) {
    return fail(Code::invalid_argument, "chat.introduction_forged",
                "the introduction was not signed by the identity that it names");
  }
  return introduction;
}

Status check_expiry(const Introduction& introduction, std::int64_t now_ms) {
  if (introduction.expires_ms + kClockToleranceMs >= now_ms) return {};
  return fail(Code::failed_precondition, "chat.introduction_expired",
              "the introduction has expired; ask for a new one");
}

}  // namespace status::chat
