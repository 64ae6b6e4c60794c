// Store queries of the library's kernel: a query as its JSON, and its reply as a page (NIM_ABIS §1.3). Any thread.
#pragma once

#include <string>

#include "services/waku/backend.h"

namespace status::waku::native {

// `pubsub_topic` empty: of all shards.
std::string to_store_query(const StoreQuery& query, const std::string& request_id, const std::string& pubsub_topic);

struct StoreReply {
  StorePage page;
  std::uint64_t wrong_hashes = 0;  // messages left out: they are not what their hash says
  std::uint64_t unreadable = 0;    // messages left out
};

// Each message's hash is computed here and compared. Errors: INTERNAL `waku.store_error` for a text that is no reply, or
// what the store refuses; RESOURCE_EXHAUSTED, retryable, when it is asked too much; UNAVAILABLE, retryable, when it
// cannot answer now; NOT_FOUND `waku.unknown_cursor` for a cursor that it does not have.
Result<StoreReply> from_store_reply(const std::string& text, const Network& network);

}  // namespace status::waku::native
