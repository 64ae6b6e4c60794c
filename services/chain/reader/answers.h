// What endpoints answer with where nothing proves it. Any thread.
#pragma once

#include "ipc/base/result.h"
#include "services/chain/backend.h"
#include "services/chain/ethereum/disproved.h"
#include "services/chain/rpc/endpoint.h"

namespace status::chain {

// A proxy has verified it, and is believed.
inline Verified word_of(const rpc::Endpoint& endpoint, Verified of_proxy = Verified::full) {
  return endpoint.is_proxy() ? of_proxy : Verified::none;
}

// "0x…". DATA_LOSS for anything else.
inline Result<Bytes> data_of(const Value& value) {
  const std::string* const text = value.as_string();
  std::optional<Bytes> bytes = text != nullptr && text->starts_with("0x") ? from_hex(*text) : std::nullopt;
  if (!bytes) return disproved("it answers with no hex data");
  return std::move(*bytes);
}

}  // namespace status::chain
