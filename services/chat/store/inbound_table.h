// What came in: payloads seen, frames kept back, errors, and how far the delivery stream has been read. Functions on an
// open transaction; errors are the store's.
#pragma once

#include <string>
#include <vector>

#include "services/chat/protocol/frame.h"
#include "services/host/store/transaction.h"

namespace status::chat::tables {

// Payloads that were used, by digest, with their conversation; the 50,000 newest are kept.
Result<std::optional<std::int64_t>> find_seen(store::Transaction& tx, ByteView digest);
Status remember_seen(store::Transaction& tx, ByteView digest, std::int64_t conversation);

// Frames that wait for those before them. Only sequence, kind, time and text are kept.
Status hold(store::Transaction& tx, std::int64_t conversation, const Frame& frame);
// The one with the lowest sequence.
Result<std::optional<Frame>> lowest_held(store::Transaction& tx, std::int64_t conversation);
Status release_held(store::Transaction& tx, std::int64_t conversation, std::uint64_t sequence);
Result<std::uint64_t> count_held(store::Transaction& tx, std::int64_t conversation);

struct InboundFailure {
  std::int64_t number = 0;
  std::int64_t time_ms = 0;
  std::string reason;
  std::string message;
  Bytes message_hash;
};
// Keeps the 1,000 newest.
Status add_failure(store::Transaction& tx, const InboundFailure& failure);
// Newest first, with numbers below `before`.
Result<std::vector<InboundFailure>> failures_before(store::Transaction& tx, std::int64_t before, std::size_t limit);

// Empty before the first.
Result<std::string> load_cursor(store::Transaction& tx);
Status save_cursor(store::Transaction& tx, std::string_view cursor);

}  // namespace status::chat::tables
