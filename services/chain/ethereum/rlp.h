// RLP, Ethereum's encoding: byte strings and lists of them. Views into the bytes that were decoded; any thread.
//
// Only the canonical form is taken, so that what was decoded has one encoding. A list is not looked into until its items
// are asked for: depth costs no stack.
#pragma once

#include <vector>

#include "ipc/base/bytes.h"
#include "ipc/base/result.h"

namespace status::chain::rlp {

struct Item {
  bool is_list = false;
  ByteView payload;  // of a string: its bytes
  ByteView encoded;  // all of it
};

// Exactly one item. DATA_LOSS `chain.endpoint_lied` for anything else, here and below: what is decoded here comes from
// endpoints.
Result<Item> decode(ByteView bytes);
// The items of a list, at most `max` of them.
Result<std::vector<Item>> decode_list(const Item& list, std::size_t max);

// These append the encoding.
void add_string(Bytes& out, ByteView bytes);
void add_list(Bytes& out, ByteView payload);
Bytes string(ByteView bytes);
Bytes list(ByteView payload);

}  // namespace status::chain::rlp
