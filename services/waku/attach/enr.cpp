#include "services/waku/attach/enr.h"

#include <algorithm>

#include "ipc/base/bytes.h"
#include "services/waku/attach/text.h"

namespace status::waku::attach {
namespace {

constexpr std::size_t kMaxRecord = 300;  // EIP-778
constexpr std::size_t kBitVector = 128;

// RLP items of one list, in order. A record has no list in its list.
class RlpReader {
 public:
  explicit RlpReader(ByteView bytes) : rest_(bytes) {}

  // Enters the list that all of it is.
  bool enter() {
    const std::optional<std::size_t> length = header(0xc0);
    return length && *length == rest_.size();
  }
  std::optional<ByteView> next() {
    if (rest_.empty()) return std::nullopt;
    std::size_t length = 1;
    if (rest_[0] >= 0x80) {
      const std::optional<std::size_t> said = header(0x80);
      if (!said) return std::nullopt;
      length = *said;
    }
    if (length > rest_.size()) return std::nullopt;
    const ByteView item = rest_.first(length);
    rest_ = rest_.subspan(length);
    return item;
  }

 private:
  // Of an item whose short form begins at `base`: what follows the header, or nothing.
  std::optional<std::size_t> header(std::uint8_t base) {
    constexpr std::size_t kShort = 55;
    if (rest_.empty() || rest_[0] < base || std::size_t{rest_[0]} - base > kShort + 2) return std::nullopt;
    std::size_t length = std::size_t{rest_[0]} - base;
    rest_ = rest_.subspan(1);
    if (length <= kShort) return length;
    const std::size_t digits = length - kShort;
    if (digits > rest_.size()) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < digits; ++i) length = length << 8 | rest_[i];
    rest_ = rest_.subspan(digits);
    return length;
  }

  ByteView rest_;
};

std::uint16_t number_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

// cluster (2 bytes), how many (1), each shard (2).
std::optional<RelayShards> from_list(ByteView value) {
  if (value.size() < 3 || value.size() != 3 + std::size_t{2} * value[2]) return std::nullopt;
  RelayShards out{number_at(value, 0), {}};
  for (std::size_t at = 3; at < value.size(); at += 2) out.shards.push_back(number_at(value, at));
  std::sort(out.shards.begin(), out.shards.end());
  out.shards.erase(std::unique(out.shards.begin(), out.shards.end()), out.shards.end());
  return out;
}

// cluster (2 bytes), a bit for each of 1,024 shards, the lowest of each byte first.
std::optional<RelayShards> from_bits(ByteView value) {
  if (value.size() != 2 + kBitVector) return std::nullopt;
  RelayShards out{number_at(value, 0), {}};
  for (std::size_t shard = 0; shard < kBitVector * 8; ++shard) {
    if ((value[2 + shard / 8] >> (shard % 8) & 1) != 0) out.shards.push_back(static_cast<std::uint16_t>(shard));
  }
  return out;
}

}  // namespace

std::optional<RelayShards> relay_shards_of(std::string_view enr) {
  constexpr std::string_view kScheme = "enr:";
  if (!enr.starts_with(kScheme) || enr.size() > 2 * kMaxRecord) return std::nullopt;
  const std::optional<Bytes> record = lenient_base64(enr.substr(kScheme.size()));
  if (!record) return std::nullopt;
  RlpReader reader(*record);
  if (!reader.enter() || !reader.next() || !reader.next()) return std::nullopt;  // signature, sequence number
  std::optional<RelayShards> out;
  while (const std::optional<ByteView> key = reader.next()) {
    const std::optional<ByteView> value = reader.next();
    if (!value) return std::nullopt;
    if (as_text(*key) == "rs") out = from_list(*value);
    if (as_text(*key) == "rsv") out = from_bits(*value);
  }
  return out;
}

std::optional<std::uint16_t> shard_count_of(const RelayShards& relay) {
  if (relay.shards.empty() || relay.shards.back() + 1U != relay.shards.size()) return std::nullopt;
  return static_cast<std::uint16_t>(relay.shards.size());
}

}  // namespace status::waku::attach
