#include "services/chain/ethereum/rlp.h"

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/number.h"

namespace status::chain::rlp {
namespace {

constexpr std::uint8_t kString = 0x80;
constexpr std::uint8_t kList = 0xc0;
constexpr std::size_t kShort = 55;

// The first item of `bytes`.
Result<Item> decode_first(ByteView bytes) {
  if (bytes.empty()) return disproved("RLP ends where an item should be");
  const std::uint8_t first = bytes.front();
  if (first < kString) return Item{false, bytes.first(1), bytes.first(1)};
  const bool is_list = first >= kList;
  std::size_t size = first - (is_list ? kList : kString);
  std::size_t head = 1;
  if (size > kShort) {
    const std::size_t digits = size - kShort;
    if (bytes.size() < 1 + digits) return disproved("RLP ends within a length");
    const ByteView number = bytes.subspan(1, digits);
    const std::optional<U256> length = U256::from_bytes(number);
    const std::optional<std::uint64_t> value = length ? length->to_u64() : std::nullopt;
    if (!value || number.front() == 0 || *value <= kShort) return disproved("RLP has a length that is not canonical");
    size = *value;
    head += digits;
  }
  if (bytes.size() - head < size) return disproved("RLP is truncated");
  const Item item{is_list, bytes.subspan(head, size), bytes.first(head + size)};
  if (!is_list && size == 1 && item.payload.front() < kString) return disproved("RLP has a byte that is not canonical");
  return item;
}

void add_head(Bytes& out, std::uint8_t kind, std::size_t size) {
  if (size <= kShort) {
    out.push_back(static_cast<std::uint8_t>(kind + size));
    return;
  }
  const U256 length(size);
  const ByteView digits = length.minimal();
  out.push_back(static_cast<std::uint8_t>(kind + kShort + digits.size()));
  out.insert(out.end(), digits.begin(), digits.end());
}

}  // namespace

Result<Item> decode(ByteView bytes) {
  Result<Item> item = decode_first(bytes);
  if (item && item->encoded.size() != bytes.size()) return disproved("RLP has bytes behind its end");
  return item;
}

Result<std::vector<Item>> decode_list(const Item& list, std::size_t max) {
  if (!list.is_list) return disproved("RLP has a string where a list should be");
  std::vector<Item> items;
  for (ByteView rest = list.payload; !rest.empty();) {
    if (items.size() == max) return disproved("RLP has a list of more than " + std::to_string(max) + " items");
    const Result<Item> item = decode_first(rest);
    if (!item) return fail(item.error());
    items.push_back(*item);
    rest = rest.subspan(item->encoded.size());
  }
  return items;
}

void add_string(Bytes& out, ByteView bytes) {
  if (bytes.size() != 1 || bytes.front() >= kString) add_head(out, kString, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void add_list(Bytes& out, ByteView payload) {
  add_head(out, kList, payload.size());
  out.insert(out.end(), payload.begin(), payload.end());
}

Bytes string(ByteView bytes) {
  Bytes out;
  add_string(out, bytes);
  return out;
}

Bytes list(ByteView payload) {
  Bytes out;
  add_list(out, payload);
  return out;
}

}  // namespace status::chain::rlp
