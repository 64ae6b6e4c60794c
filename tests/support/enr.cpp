#include "tests/support/enr.h"

#include <algorithm>

#include "ipc/base/bytes.h"

namespace status::test {
namespace {

// RLP of a text, or of a list's items when `base` is 0xc0.
Bytes rlp(ByteView content, std::uint8_t base = 0x80) {
  Bytes out;
  if (content.size() <= 55) {
    out.push_back(static_cast<std::uint8_t>(base + content.size()));
  } else {
    Bytes length;
    for (std::size_t rest = content.size(); rest != 0; rest >>= 8) {
      length.insert(length.begin(), static_cast<std::uint8_t>(rest & 255));
    }
    out.push_back(static_cast<std::uint8_t>(base + 55 + length.size()));
    out.insert(out.end(), length.begin(), length.end());
  }
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

void add(Bytes& to, ByteView item) { to.insert(to.end(), item.begin(), item.end()); }

void add_number(Bytes& to, std::uint16_t number) {
  to.push_back(static_cast<std::uint8_t>(number >> 8));
  to.push_back(static_cast<std::uint8_t>(number & 255));
}

}  // namespace

std::string make_enr(const waku::Network& network) {
  const bool bits = network.shard_count >= 64;
  Bytes value;
  add_number(value, network.cluster);
  if (bits) {
    Bytes vector(128);
    for (std::uint16_t shard = 0; shard < network.shard_count; ++shard) {
      vector[shard / 8] = static_cast<std::uint8_t>(vector[shard / 8] | 1U << (shard % 8));
    }
    add(value, vector);
  } else {
    value.push_back(static_cast<std::uint8_t>(network.shard_count));
    for (std::uint16_t shard = 0; shard < network.shard_count; ++shard) add_number(value, shard);
  }
  Bytes items;
  add(items, rlp(Bytes(64, 7)));  // the signature
  items.push_back(1);             // the sequence number, as itself
  add(items, rlp(as_bytes("id")));
  add(items, rlp(as_bytes("v4")));
  add(items, rlp(as_bytes(bits ? "rsv" : "rs")));
  add(items, rlp(value));
  std::string text = to_base64(rlp(items, 0xc0));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return "enr:" + text;
}

}  // namespace status::test
