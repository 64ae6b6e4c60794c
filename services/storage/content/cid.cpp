#include "services/storage/content/cid.h"

#include <algorithm>
#include <array>
#include <protozero/varint.hpp>

#include "services/storage/content/base58.h"

namespace status::storage {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kLongestText = 128;  // base58 is quadratic

tl::unexpected<Error> invalid(std::string why) {
  return fail(Code::invalid_argument, "storage.invalid_cid",
              "this is no address of the storage network (CIDv1, SHA-256, base58btc, \"zD…\"): " + std::move(why));
}

}  // namespace

Bytes Cid::bytes() const {
  Bytes out;
  for (const std::uint64_t number : {kVersion, std::uint64_t(codec), std::uint64_t(kSha256Code), digest.size()}) {
    protozero::write_varint(std::back_inserter(out), number);
  }
  out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

std::string Cid::text() const { return "z" + to_base58(bytes()); }

Result<Cid> Cid::from_bytes(ByteView bytes) {
  const char* at = as_text(bytes).data();
  const char* const end = at + bytes.size();
  std::array<std::uint64_t, 4> numbers;
  try {
    for (std::uint64_t& number : numbers) number = protozero::decode_varint(&at, end);
  } catch (const protozero::exception&) {
    return invalid("it ends too soon");
  }
  const auto [version, codec, hash, size] = numbers;
  if (version != kVersion) return invalid("its version is " + std::to_string(version));
  if (codec < std::uint64_t(Codec::manifest) || codec > std::uint64_t(Codec::root)) {
    return invalid("it names neither a manifest nor a block nor a tree");
  }
  Cid cid{.codec = static_cast<Codec>(codec)};
  if (hash != kSha256Code || size != cid.digest.size()) return invalid("its hash is not SHA-256");
  if (static_cast<std::size_t>(end - at) != cid.digest.size()) return invalid("it has another length");
  std::copy(at, end, cid.digest.begin());
  // The same address has one form: a varint could be longer than it needs to be.
  if (!std::ranges::equal(cid.bytes(), bytes)) return invalid("its numbers are not in their shortest form");
  return cid;
}

Result<Cid> Cid::parse(std::string_view text) {
  if (text.empty() || text.front() != 'z') return invalid("it does not begin with \"z\"");
  if (text.size() > kLongestText) return invalid("it is too long");
  const std::optional<Bytes> bytes = from_base58(text.substr(1));
  if (!bytes) return invalid("a character is not of the alphabet");
  return from_bytes(*bytes);
}

}  // namespace status::storage
